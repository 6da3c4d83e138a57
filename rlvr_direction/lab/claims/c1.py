"""Claim C1: direction tells RL's text from the base's better than any magnitude."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Part, Recorded, judge_tasks
from rlvr_direction.statistics import Interval

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C1",
    statement="delta_logp separates text by the base from text by RL better than any magnitude does.",
    rule="The oriented AUROC of delta_logp minus the highest among both entropies, both KLs, both log-probabilities "
    "and (for responses) the length: the 95 % interval over prompts lies above 0, both per response and per token "
    "where TV(base, rl) > .01. At least 4 of 5 RL seeds lie on the side of the verdict.",
    chapter="02_direction_not_magnitude",
    measured="Lead in oriented AUROC over the best rival per {part}, the smaller of the two units",
    unit="oriented AUROC difference",
    study="direction",
    departures=(
        "A lead that is shown to be smaller than 1 point still counts.",
        "The comparison is not repeated at top_p = 0.7.",
    ),
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the smaller lead of the two units."""

    def leads(table):
        of_level = table[table["score"] == "lead"].sort_values("rl_seed").groupby("level")[["auroc", "low", "high"]]
        return {level: Part(Interval(*of.iloc[0]), of["auroc"].tolist()) for level, of in of_level}

    return judge_tasks(CLAIM, recorded, leads)
