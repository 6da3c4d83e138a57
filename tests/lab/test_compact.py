"""The compact trainer computes what TRL's does, and draws from the same policy."""

import pytest
import torch
from trl import GRPOTrainer

from rlvr_direction.lab import compact
from rlvr_direction.lab.compact import CompactTrainer
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.lab.toys.rl import grpo_config
from rlvr_direction.training.prompts import prompts_of, reward_of


@pytest.fixture
def trainer(tmp_path):
    """A function: a compact trainer of the arithmetic base, with fields of the configuration that a test changes."""

    def build(**changed):
        pair, task = load_toy_pair("arithmetic"), TASKS["arithmetic"]
        config = grpo_config(
            task,
            tmp_path,
            rollouts=1,
            prompts=4,
            generations=4,
            **{"seed": 3, "dynamic_sampling": False, "save_strategy": "no", "disable_tqdm": True, **changed},
        )
        data = prompts_of(task, 8, seed=0)
        return CompactTrainer(pair.base, reward_of(task, pair.tokenizer), config, data, processing_class=pair.tokenizer)

    return build


@pytest.fixture
def batch(trainer):
    """A trainer, and a batch as it generates one: prompts padded on the left, responses of many lengths."""
    made = trainer()
    prompts = [made._tokenizer(f"Q:{text}\n")["input_ids"] for text in ("7+5*3-4", "1+2", "9*9+8-7+6", "5-4+3")]
    texts, _ = made._generate_single_turn([ids for ids in prompts for _ in range(4)], None, {}, 4)
    longest, left = max(map(len, texts)), max(map(len, prompts))
    ids, mask = torch.zeros(16, left + longest, dtype=torch.long), torch.zeros(16, left + longest, dtype=torch.long)
    for row, (prompt, text) in enumerate(zip([p for p in prompts for _ in range(4)], texts, strict=True)):
        where = slice(left - len(prompt), left + len(text))
        ids[row, where], mask[row, where] = torch.tensor(prompt + text), 1
    assert len(set(map(len, texts))) > 3
    return made, ids, mask, longest


@pytest.mark.parametrize("tokens", [1, 100, 10_000])
def test_log_probabilities_entropies_and_gradients_are_trls(batch, monkeypatch, tokens):
    monkeypatch.setattr(compact, "TOKENS", tokens)
    made, ids, mask, longest = batch
    wanted = mask[:, -longest:].bool()
    found = []
    for read in (made._get_per_token_logps_and_entropies, GRPOTrainer._get_per_token_logps_and_entropies.__get__(made)):
        made.model.zero_grad()
        logp, entropy, _ = read(made.model, ids, mask, longest, compute_entropy=True)
        (logp * wanted).sum().backward()
        gradient = torch.cat([p.grad.flatten() for p in made.model.parameters()])
        found.append((logp[wanted], entropy[wanted], gradient))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=1e-4)


def test_every_row_is_in_one_piece_of_bounded_size():
    mask = (torch.arange(40) < torch.arange(1, 31).unsqueeze(1)).long()
    pieces = compact._pieces(mask)
    assert [i for piece in pieces for i in range(30)[piece]] == list(range(30))
    assert len(compact._pieces(torch.ones(3, compact.TOKENS + 1))) == 3


def test_a_response_depends_on_the_seed_and_its_number_alone(trainer):
    made = trainer()
    prompt = made._tokenizer("Q:7+5*3-4\n")["input_ids"]
    together, _ = made._generate_single_turn([prompt] * 6, None, {}, 6)
    again = trainer()
    first, _ = again._generate_single_turn([prompt] * 2, None, {}, 2)
    then, _ = again._generate_single_turn([prompt] * 4, None, {}, 4)
    assert first + then == together and len(set(map(tuple, together))) > 1
    assert trainer(seed=4)._generate_single_turn([prompt] * 6, None, {}, 6)[0] != together


def test_it_trains_and_leaves_the_model_in_training(trainer):
    made = trainer(dynamic_sampling=True)
    before = torch.cat([p.detach().flatten().clone() for p in made.model.parameters()])
    made.train()
    assert made.model.training
    assert not torch.equal(before, torch.cat([p.detach().flatten() for p in made.model.parameters()]))
    assert any("reward" in row for row in made.state.log_history)


@pytest.mark.parametrize("changed", [{"top_k": 5}, {"min_p": 0.1}, {"repetition_penalty": 1.1}])
def test_sampling_that_the_decoder_does_not_know_is_refused(trainer, changed):
    with pytest.raises(ValueError, match="samples by temperature and top_p alone"):
        trainer(**changed)
