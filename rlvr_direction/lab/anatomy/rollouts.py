"""Rollouts as training sees them: groups of responses by one model of a pair, one row per token, with advantages."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from jaxtyping import Int
from torch import Tensor

from rlvr_direction.batches import pad
from rlvr_direction.distributions import PairLogprobs, Sampling
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES, Proposer, Score

__all__ = ["group_advantages", "parameter_norms", "predictions_of", "rollout_tokens"]


def rollout_tokens(
    pair: ModelPair,
    task: Task,
    problems: Sequence[Problem],
    *,
    policy: Proposer,
    group_size: int,
    seed: int,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    scores: Mapping[str, Score] = SCORES,
    batch_size: int = 256,
) -> pd.DataFrame:
    """The token table of `group_size` responses to each problem by one of the two models, written under `sampling`.

    It adds to `TOKEN_COLUMNS`: `problem_id, sample_id`, the policy's `logp` (nats, of the raw distribution), and the
    response's `correct` and `advantage`. `scores` replace those of `TOKEN_COLUMNS`, and include the policy's logp.
    """
    how = {"samples": group_size, "seed": seed, "propose": policy, "batch_size": batch_size}
    texts = respond(pair, task, problems, Intervention(NOWHERE), sampling, **how)
    texts["advantage"] = group_advantages(texts)
    tokens = score_responses(pair, problems, texts, scores=scores, batch_size=batch_size)
    of_text = texts[["problem_id", "sample_id", "correct", "advantage"]]
    return tokens.join(of_text, on="text_id").assign(logp=tokens[f"logp_{policy}"])


@torch.no_grad()
def predictions_of(
    pair: ModelPair, tokens: pd.DataFrame, problems: Sequence[Problem]
) -> tuple[PairLogprobs, Int[Tensor, " rows"]]:
    """Both policies over the whole vocabulary at each row of a table by `rollout_tokens`, and each row's token id.

    They are in the processor's memory, wherever the pair is.
    """
    rows = [
        (pair.encode_prompt(problems[problem_id].prompt), ids.tolist())
        for (problem_id, _), ids in tokens.groupby(["problem_id", "text_id"], sort=False)["token_id"]
    ]
    ids, mask = pad([prompt + response for prompt, response in rows], pad_id=pair.pad_id)
    wanted = mask.clone()
    for row, (prompt, _) in enumerate(rows):
        wanted[row, : len(prompt)] = False
    found = list(pair.at_tokens(ids, mask, wanted))
    logps = (torch.cat([getattr(chunk.logprobs, name) for chunk in found]).cpu() for name in ("base", "rl"))
    return PairLogprobs(*logps), torch.cat([chunk.tokens for chunk in found]).cpu()


def parameter_norms(
    pair: ModelPair, tokens: pd.DataFrame, problems: Sequence[Problem], rows: pd.Index, *, policy: Proposer
) -> pd.Series:
    """The L2 norm of grad log pi(token) in all parameters of a policy, for some rows of a table by `rollout_tokens`.

    Each row costs a forward and a backward pass. In the logits, its gradient has the L1 norm 2 (1 - pi).
    """
    model, found = getattr(pair, policy), []
    for row in tokens.loc[rows].itertuples():
        response = tokens.loc[tokens["text_id"] == row.text_id, "token_id"].tolist()
        ids = pair.encode_prompt(problems[row.problem_id].prompt) + response[: row.position]
        logits = model(input_ids=torch.tensor([ids], device=model.device)).logits[0, -1, : pair.vocab_size]
        logp = torch.log_softmax(logits.float(), -1)[row.token_id]
        found.append(torch.stack([g.norm() for g in torch.autograd.grad(logp, list(model.parameters()))]).norm().item())
    return pd.Series(found, rows)


def group_advantages(responses: pd.DataFrame) -> pd.Series:
    """GRPO's advantages: `correct` minus its mean over the problem's responses, over their deviation + 1e-4."""
    groups = responses["correct"].astype(float).groupby(responses["problem_id"])
    return (responses["correct"] - groups.transform("mean")) / (groups.transform("std") + 1e-4)
