"""Toy pairs with prompts as `generate` takes them."""

import pytest

from rlvr_direction.batches import pad
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair


@pytest.fixture(scope="module", params=["arithmetic", "pointer_tree"])
def toy(request):
    """A pair with the RL stage that the module names, prompts of different lengths, and these padded on the left."""
    pair = load_toy_pair(request.param, request.module.STAGE)
    problems = TASKS[request.param].problems(6, seed=7)
    prompts = [pair.encode_prompt(problem.prompt)[i // 2 :] for i, problem in enumerate(problems)]
    ids, mask = pad(prompts, pad_id=0, left=True)
    return pair, prompts, {"input_ids": ids, "attention_mask": mask.long()}


@pytest.fixture(scope="module")
def arithmetic(request):
    """The pair on arithmetic, and two padded prompts."""
    pair = load_toy_pair("arithmetic", request.module.STAGE)
    return pair, pair.tokenizer(["Q:2+3\n", "Q:7+5*3-4\n"], return_tensors="pt", padding=True)
