"""Result B5 and claim C2f, token by token: what gates put in the base's place, and where two of them differ.

Each arm replaces as in the study "gates". Of its tokens it counts those that really differ from the base's proposal
(`n_changed`), those of them that are the base's likeliest token or among its five likeliest (`n_top_1`, `n_top_5`; raw
probabilities), and the tokens that only one of delta_logp and |delta_logp| would select at the arm's budget
(`n_differ`).
"""

from functools import partial

import numpy as np
import pandas as pd
from torch import Tensor

from rlvr_direction.distributions import Sampling, at
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import Intervention, parse
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import DECIDING, JUDGED, NOISE, Cell, problems_of
from rlvr_direction.lab.studies.arms import Arm, pair_of, where_of
from rlvr_direction.lab.studies.gates import cells_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.scores import View

__all__ = ["count", "plan"]

FEW = (0.01, 0.02, 0.03)
FAMILIES = {
    "delta_logp": (*FEW, 0.05, 0.1, 0.2, 0.4),
    **dict.fromkeys(("kl_rl_base", "entropy_base", "random"), FEW),
}
WORDED = {"delta_logp": (0.03, 0.1, 0.2), **dict.fromkeys(("kl_rl_base", "entropy_base", "random"), (0.03,))}


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each cell, RL seed, family and budget; on `worded` only the deciding cell and few budgets."""
    cells = [(c, seed) for c, seed in cells_of(task, seeds) if task != "worded" or c == DECIDING]
    families = WORDED if task == "worded" else FAMILIES
    arms = [(family, budget) for family, budgets in families.items() for budget in budgets]
    return [partial(count, task, *cell, *arm, n=min(n, JUDGED[task])) for cell in cells for arm in arms]


def count(task: str, cell: Cell, rl_seed: int, family: str, budget: float, *, n: int) -> pd.DataFrame:
    """One row per judged problem: an arm's labels and the counts that the module names."""
    where = partial(where_of, task, cell, rl_seed, budget=budget)
    arm = Arm.of(task, cell, rl_seed, family, where(family), budget=budget)
    pair, problems, sampling = pair_of(task, arm.checkpoint), problems_of(task, n, "judged"), Sampling(top_p=cell.top_p)
    table = respond(pair, TASKS[task], problems, Intervention(arm.where), sampling, seed=NOISE["judged"])
    tokens = score_responses(pair, problems, table, scores={"rank": _rank_in_base}, sampling=sampling)
    changed = tokens["token_id"].to_numpy() != np.concatenate(table["proposal_ids"].to_list())
    proposed = np.concatenate(table["proposal_delta_logp"].to_list())
    signed, magnitude = (parse(where(name)).threshold for name in ("delta_logp", "abs_delta_logp"))
    found = {
        "n_tokens": np.ones(len(tokens)),
        "n_changed": changed,
        **{f"n_top_{k}": changed & (tokens["rank"] < k) for k in (1, 5)},
        "n_differ": (proposed <= signed) != (np.abs(proposed) >= magnitude),
    }
    counts = pd.DataFrame(found).groupby(tokens["text_id"]).sum().astype("int32").rename_axis("problem_id")
    labels = {"cell": arm.cell, "checkpoint": arm.checkpoint, "rl_seed": rl_seed, "family": family, "budget": budget}
    return counts.reset_index().assign(**labels)


def _rank_in_base(view: View, token: Tensor) -> Tensor:
    """How many tokens the base finds likelier than this one: 0 for its likeliest."""
    return (view.raw.base > at(view.raw.base, token).unsqueeze(-1)).sum(-1)
