"""Claim C2: direction needs fewer replacements than KL, KL fewer than entropy, entropy fewer than chance."""

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Part, Recorded, judge_tasks
from rlvr_direction.lab.claims.counts import arms_of_part
from rlvr_direction.lab.claims.replacement import fewest_replacements, log_ratios_by_seed
from rlvr_direction.statistics import Interval

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C2",
    statement="delta_logp recovers RL accuracy with the fewest replacements.",
    rule="The smallest ratios that reach 50 % and 80 % of the base-to-RL gap: the intervals of the log ratios of "
    "neighbours in delta_logp, KL, entropy, random lie below 0, for selected and for changed tokens, and at least 4 of "
    "5 RL seeds lie on the side that the verdict takes.",
    chapter="03_token_replacement",
    measured="Largest of twelve log ratios: {part}",
    unit="log ratio of shares of tokens",
    study="replacement",
    below=True,
    departures=("RL seeds 1 to 4 have 500 problems, one response each, and no budget of 1 %.",),
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the largest of twelve log ratios."""

    def ratios(table):
        found, parts = fewest_replacements(arms_of_part(table, "curves"), seed=SEED), {}
        for row, (_, seeds) in zip(found.itertuples(), log_ratios_by_seed(table).iterrows(), strict=True):
            name = f"{row.first} to {row.second}, {row.share:.0%} of the way, tokens {row.of}"
            parts[name] = Part(Interval(row.log_ratio, row.low, row.high), seeds.tolist())
        return parts

    return judge_tasks(CLAIM, recorded, ratios)
