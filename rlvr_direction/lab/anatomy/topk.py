"""How far the scores of the paper's released code, made from the k likeliest tokens, are from the exact ones."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention, calibrate
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair
from rlvr_direction.sampling import Sampling
from rlvr_direction.scores import SCORES, View
from rlvr_direction.scoring import FUSED, score_tokens
from rlvr_direction.statistics import auroc, oriented
from rlvr_direction.topk_emulation import topk_scores, topk_scores_together

__all__ = ["as_listed", "score_topk", "texts_of_both", "topk_errors"]

ROUNDING = 1e-4  # nats: two log-softmaxes of one row in float32
LOW = ("delta_logp", "logp_base", "logp_rl")  # gates on these fire at or below a threshold, all others above


def texts_of_both(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    *,
    seed: int,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
) -> pd.DataFrame:
    """Responses of the base and of RL to the same problems, with `prompt` and the `source` that wrote each."""
    alone = {"base": Intervention(NOWHERE), "rl": Intervention(EVERYWHERE)}
    written = {writer: respond(pair, task, problems, where, sampling, seed=seed) for writer, where in alone.items()}
    texts = pd.concat([table.assign(source=writer) for writer, table in written.items()], ignore_index=True)
    return texts.assign(prompt=[problems[i].prompt for i in texts["problem_id"]])


def score_topk(pair: ModelPair, texts: pd.DataFrame, *, ks: Sequence[int], batch_size: int = 256) -> pd.DataFrame:
    """The token table with the released code's scores beside the exact ones: `top_k(score)` for each k and score.

    Each text is scored with its `source`, "base" or "rl", as the proposer, whose list holds its own token. `text_id` is
    the row's index in `texts`, `total_variation` is exact, and `beyond_k` is the probability that the base gives to
    tokens after its k likeliest. Raises ValueError for any other source.
    """
    if unknown := set(texts["source"]) - {"base", "rl"}:
        raise ValueError(
            f"source is {', '.join(map(repr, unknown))}; expected base or rl, the model that wrote the text"
        )
    scores = FUSED | {f"top_{k}": topk_scores_together(k) for k in ks}
    scores |= {f"beyond_{k}": partial(_beyond, k=k) for k in ks}
    names = {f"top_{k}_{i}": str(score) for k in ks for i, score in enumerate(topk_scores(k).values(), start=1)}
    kept = [name for name in ("prompt", "response", "response_ids", "source") if name in texts]
    tables = []
    for writer, own in texts.groupby("source"):
        rows = own[kept].to_dict("records")
        table = score_tokens(pair, rows, scores=scores, proposer=writer, batch_size=batch_size)
        tables.append(table.rename(columns=names).assign(text_id=own.index.to_numpy()[table["text_id"]]))
    return pd.concat(tables, ignore_index=True)


def _beyond(view: View, _: Tensor, *, k: int) -> Float[Tensor, "*batch"]:
    base = view.raw.base
    return 1 - base.topk(min(k, base.shape[-1])).values.exp().sum(-1)


def as_listed(tokens: pd.DataFrame, k: int) -> pd.DataFrame:
    """A table by `score_topk` in which the released code's scores have taken the place of the exact ones."""
    return tokens.assign(**{name: tokens[str(score)] for name, score in topk_scores(k).items()})


def topk_errors(
    tokens: pd.DataFrame,
    *,
    ks: Sequence[int],
    budget: float = 0.05,
    thresholds: Mapping[str, float] = MappingProxyType({}),
) -> pd.DataFrame:
    """What the released code's scores cost, one row per score and k, of a table by `score_topk`.

    `touched` is the share of tokens with any error; `mean_error`, `p95_error` and `p99_error` are of its size (nats),
    and `sign_changes` is the share of tokens whose score turns round. A score's gate has its threshold in `thresholds`,
    or else the one at which the exact score fires on a share `budget` of the base's tokens. On the share `fires` of
    them it fires by the exact score, on `missed` by the exact score alone, on `added` by the other alone, and on
    `reordered` by one of them alone if each has its own threshold for that budget. `auroc` is the exact score's, of
    RL's tokens against the base's and oriented; `auroc_change` is what the lists add to it, in that orientation.
    """
    rows = [
        {"score": score, "k": k, **_errors(tokens, score, k, budget, thresholds.get(score))}
        for score in SCORES
        for k in ks
    ]
    return pd.DataFrame(rows)


def _errors(tokens: pd.DataFrame, score: str, k: int, budget: float, threshold: float | None) -> Mapping[str, float]:
    exact, found = (tokens[name].to_numpy(float) for name in (score, str(topk_scores(k)[score])))
    error, by_base = np.abs(found - exact), (tokens["source"] == "base").to_numpy()
    area, area_found = (float(auroc(values[~by_base], values[by_base])) for values in (exact, found))
    return {
        "touched": float((error > ROUNDING).mean()),
        "mean_error": float(error.mean()),
        "p95_error": float(np.quantile(error, 0.95)),
        "p99_error": float(np.quantile(error, 0.99)),
        "sign_changes": _sign_changes(exact, found),
        **_gates(exact[by_base], found[by_base], "<=" if score in LOW else ">=", budget, threshold),
        "auroc": float(oriented(area)),
        "auroc_change": (area_found - area) * (1 if area >= 0.5 else -1),
    }


def _sign_changes(exact: np.ndarray, found: np.ndarray) -> float:
    """The share of tokens that one of the two says rose and the other says fell, by more than rounding."""
    return float(((exact * found < 0) & (np.minimum(abs(exact), abs(found)) > ROUNDING)).mean())


def _gates(
    exact: np.ndarray, found: np.ndarray, side: Literal["<=", ">="], budget: float, threshold: float | None
) -> Mapping[str, float]:
    """The shares of tokens where a gate fires by the exact score, and where by one of the two alone."""
    sign = 1 if side == "<=" else -1

    def fires(values: np.ndarray, at: float) -> np.ndarray:
        return sign * values <= sign * at + ROUNDING

    for_exact, for_found = (calibrate(values, side, budget) for values in (exact, found))
    at = for_exact if threshold is None else threshold
    should, does = fires(exact, at), fires(found, at)
    reordered = fires(exact, for_exact) != fires(found, for_found)
    shares = {"fires": should, "missed": should & ~does, "added": does & ~should, "reordered": reordered}
    return {name: float(where.mean()) for name, where in shares.items()}
