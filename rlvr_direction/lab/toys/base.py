"""A base model trained from scratch on a task's imperfect corpus, by a plain PyTorch loop."""

import os
import time
from bisect import bisect
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from rlvr_direction import records
from rlvr_direction.batches import pad
from rlvr_direction.lab.device import accelerator
from rlvr_direction.lab.tasks import Task
from rlvr_direction.lab.toys.recipe import RECIPES, BaseRecipe, save_rounded, tokenizer_for

__all__ = ["train_base"]

IGNORED = -100
SAVE_EVERY = 100
PIECE = 2500  # tokens at a time: what the backward pass keeps of them stays in the processor's cache


def train_base(
    task: Task,
    out: Path,
    *,
    seed: int,
    recipe: BaseRecipe | None = None,
    architecture: Mapping[str, Any] | None = None,
) -> Path:
    """Train the task's base model and save it as a Hugging Face folder, `out/base`, with its `training.parquet`.

    The loss is the mean cross entropy of response tokens (nats). A killed run resumes from its last saved step, one in
    100; the folder of a finished run is returned as it is. `architecture` are sizes that differ from the toy's, in the
    names of transformers.
    """
    folder = Path(out, "base")
    if (folder / "training.parquet").is_file():
        return folder
    recipe = recipe or RECIPES[task.name].base
    tokenizer = tokenizer_for(task)
    model = _fresh_model(task, tokenizer, architecture or {}, seed=seed)
    history, seconds = _train(model, tokenizer, task, recipe, Path(out, "base.partial.pt"), seed=seed)
    save_rounded(model, tokenizer, folder)
    made = {"task": task.name, "seed": seed, "seconds": seconds, **asdict(recipe)}
    records.save(history, folder / "training.parquet", metadata=made)
    Path(out, "base.partial.pt").unlink(missing_ok=True)
    return folder


def _fresh_model(
    task: Task, tokenizer: PreTrainedTokenizerBase, architecture: Mapping[str, Any], *, seed: int
) -> PreTrainedModel:
    toy = RECIPES[task.name]
    config = replace(toy, sizes={**toy.sizes, **architecture}).config(tokenizer)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return AutoModelForCausalLM.from_config(config, dtype=torch.float32).to(accelerator() or "cpu")


def _train(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    task: Task,
    recipe: BaseRecipe,
    partial: Path,
    *,
    seed: int,
) -> tuple[pd.DataFrame, float]:
    """Train course by course. Returns the loss (nats) and learning rate of every step, and the seconds taken."""
    courses = [recipe, *recipe.then]
    ends = list(accumulate(course.steps for course in courses))
    optimizer = _optimizer(model, recipe)
    history, seconds = _resume(partial, model, optimizer)
    begun = time.monotonic() - seconds
    model.train()
    for step in tqdm(range(len(history), ends[-1]), initial=len(history), total=ends[-1], desc="base"):
        number = bisect(ends, step)
        course, within = courses[number], step - (ends[number] - courses[number].steps)
        if number and not within:
            model.half().float()
            optimizer = _optimizer(model, course)
        rate = _learning_rate(within, course)
        batch = _batch(replace(task, **course.fields), tokenizer, course, within, seed=seed + number)
        history.append({"step": step, "loss": _update(model, optimizer, rate, *batch), "learning_rate": rate})
        if len(history) % SAVE_EVERY == 0:
            _checkpoint(partial, model, optimizer, history, time.monotonic() - begun)
    model.eval()
    return pd.DataFrame(history), time.monotonic() - begun


def _optimizer(model: PreTrainedModel, recipe: BaseRecipe) -> torch.optim.Optimizer:
    return torch.optim.AdamW(model.parameters(), weight_decay=recipe.weight_decay, betas=(0.9, 0.98))


def _update(
    model: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    rate: float,
    ids: Int[Tensor, "batch time"],
    labels: Int[Tensor, "batch time"],
) -> float:
    """Make one optimizer step, and return the loss before it (nats per response token)."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    rows, counted, total = max(1, PIECE // ids.shape[1]), (labels[:, 1:] != IGNORED).sum(), 0.0
    for piece, wanted in zip(ids.to(model.device).split(rows), labels.to(model.device).split(rows), strict=True):
        logits, wanted = model(input_ids=piece, use_cache=False).logits[:, :-1].flatten(0, 1), wanted[:, 1:].flatten()
        loss = cross_entropy(logits, wanted, ignore_index=IGNORED, reduction="sum") / counted
        loss.backward()
        total += loss.item()
    clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return total


def _batch(
    task: Task, tokenizer: PreTrainedTokenizerBase, recipe: BaseRecipe, step: int, *, seed: int
) -> tuple[Int[Tensor, "batch time"], Int[Tensor, "batch time"]]:
    """Documents padded on the right, and their labels: the ids of response tokens, `IGNORED` elsewhere."""
    documents = recipe.documents
    if recipe.lesson and step < recipe.lesson.steps:
        task, documents = replace(task, **recipe.lesson.fields), recipe.lesson.documents
    drawn, place = divmod(step, recipe.pool)
    pool = _pool(task, tokenizer, documents * recipe.pool, seed=seed * 1_000_003 + drawn)
    start = Random(drawn).sample(range(recipe.pool), recipe.pool)[place] * documents
    batch = pool[start : start + documents]
    ids, mask = pad([prompt + response for prompt, response in batch], pad_id=tokenizer.pad_token_id)
    labels = ids.masked_fill(~mask, IGNORED)
    for row, (prompt, _) in zip(labels, batch, strict=True):
        row[: len(prompt)] = IGNORED
    return ids, labels


@lru_cache(maxsize=1)
def _pool(
    task: Task, tokenizer: PreTrainedTokenizerBase, documents: int, *, seed: int
) -> list[tuple[list[int], list[int]]]:
    """Prompts and responses of a corpus as token ids, shortest first."""
    problems, responses = zip(*task.corpus(documents, seed=seed), strict=True)
    prompts = tokenizer([problem.prompt for problem in problems])["input_ids"]
    answers = tokenizer([response + tokenizer.eos_token for response in responses])["input_ids"]
    return sorted(zip(prompts, answers, strict=True), key=lambda text: len(text[0]) + len(text[1]))


def _learning_rate(step: int, recipe: BaseRecipe) -> float:
    """Linear warm-up, then linear decay to a fiftieth of the recipe's rate."""
    return recipe.learning_rate * min(1.0, (step + 1) / recipe.warmup_steps) * max(0.02, 1 - step / recipe.steps)


def _checkpoint(
    path: Path, model: PreTrainedModel, optimizer: torch.optim.Optimizer, history: list[dict], seconds: float
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "history": history, "seconds": seconds}
    fresh = path.with_suffix(".tmp")
    torch.save(state, fresh)
    os.replace(fresh, path)


def _resume(path: Path, model: PreTrainedModel, optimizer: torch.optim.Optimizer) -> tuple[list[dict], float]:
    """Restore model and optimizer from a checkpoint, if there is one; return its history and the seconds it took."""
    if not path.is_file():
        return [], 0.0
    state = torch.load(path, weights_only=True, map_location=model.device)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["history"], state["seconds"]
