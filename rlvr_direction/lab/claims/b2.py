"""Result B2: the optimal gate is an advantage, and delta_logp is its best estimate among the scores."""

from dataclasses import replace

from rlvr_direction.lab.claims.advantage import leads
from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells, judge_tasks
from rlvr_direction.lab.regime import CELLS

__all__ = ["AXES", "BUDGET", "CLAIM", "judge"]

BUDGET = 0.05
CLAIM = Claim(
    id="B2",
    statement="Among the scores of a pair, delta_logp is the best estimate of the advantage of replacing a token.",
    rule="Share of the cross-fitted oracle's gain at 5 % fired, delta_logp minus each other score: every interval "
    "above 0.",
    chapter="04_the_right_gate",
    measured="Share of the oracle's gain at 5 % fired: delta_logp minus {part}",
    unit="share of the oracle's gain",
    study="advantages",
    ours=True,
)
AXES = (Axis("Tokens fired", f"{BUDGET:.0%}", {f"{budget:.0%}": {"budget": budget} for budget in (0.02, 0.1)}),)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, budget: float = BUDGET) -> list[Judged]:
    """A row for every recorded cell, and neighbours at stages that are no cell, such as the early one, task by task."""
    rows = judge_cells(claim, recorded, lambda table: leads(table, budget))
    known = {str(cell) for cell in CELLS}
    for task, table in recorded[claim.study].items():
        for cell, own in table[~table["cell"].isin(known)].groupby("cell"):
            found = judge_tasks(claim, {claim.study: {task: own}}, lambda part: leads(part, budget))
            rows += [replace(row, cell=str(cell), deciding=False) for row in found]
    return sorted(rows, key=lambda row: [*recorded[claim.study]].index(row.task))
