"""Claim C2: direction needs fewer replacements than KL, KL fewer than entropy, entropy fewer than chance."""

from rlvr_direction.lab.first.claim import SEED, Claim, Judged, Part, Recorded, judge_tasks
from rlvr_direction.lab.first.counts import arms_of_part
from rlvr_direction.lab.first.replacement import fewest_replacements, log_ratios_by_seed
from rlvr_direction.statistics import Interval

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C2",
    statement="delta_logp recovers RL's accuracy with the fewest replacements.",
    rule="For each criterion, take the smallest share of tokens that covers 50 % and 80 % of the way from the base's "
    "accuracy to RL's, counting tokens selected and tokens changed. In the order delta_logp, KL, entropy, random, the "
    "log ratio of each share to the next one has a 95 % interval below 0. At least 4 of 5 RL seeds lie on the side of "
    "the verdict.",
    chapter="03_token_replacement",
    measured="Largest of twelve log ratios: {part}",
    unit="log ratio of shares of tokens",
    study="replacement",
    below=True,
    departures=("RL seeds 1 to 4 were run on 500 problems, with one response each, and without the budget of 1 %.",),
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the largest of twelve log ratios."""

    def ratios(table):
        found, parts = fewest_replacements(arms_of_part(table, "curves"), seed=SEED), {}
        for row, seeds in zip(found.itertuples(), log_ratios_by_seed(table).to_numpy(), strict=True):
            name = f"{row.first} to {row.second}, {row.share:.0%} of the way, tokens {row.of}"
            parts[name] = Part(Interval(row.log_ratio, row.low, row.high), seeds.tolist())
        return parts

    return judge_tasks(CLAIM, recorded, ratios)
