"""Question Q10: RL trained as a low-rank adapter of the base, against full fine-tuning of about the same accuracy."""

from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import torch
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PrinterCallback

from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.any_pair import answers, cold, replaced, separation
from rlvr_direction.lab.studies.arms import CALIBRATION
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import stages
from rlvr_direction.lab.toys.recipe import RECIPES, RLRecipe
from rlvr_direction.lab.toys.rl import grpo_config
from rlvr_direction.pair import ModelPair
from rlvr_direction.reweighting import uniform
from rlvr_direction.training import ReweightedGRPOTrainer
from rlvr_direction.training.prompts import prompts_of, reward_of, without_known_warnings

__all__ = ["plan"]

RANK, ALPHA = 8, 16
RATE = 1e-3  # ten times that of full fine-tuning, as is usual for adapters
TOP_P = 0.7
BUDGETS = (0.02, 0.05, 0.1)


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed."""
    return [partial(_of_seed, task, seed, n) for seed in range(seeds)]


def _of_seed(
    task: str, seed: int, n: int, calibration: int = CALIBRATION, recipe: RLRecipe | None = None
) -> pd.DataFrame:
    """Measure the adapter and the full fine-tuning stage nearest in accuracy: C1 per token, replacement, cold RL.

    `trained` is "adapter" or the stage's folder. Rows with `measure` "answers" are arms problem by problem ("plain" is
    RL alone at T = 1 and top_p = 1), those with "auroc" scores with their intervals.
    """
    folder = require(TOYS / task)
    tokenizer = AutoTokenizer.from_pretrained(folder / "base")
    base = AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.float32)
    pairs = {"adapter": ModelPair(base, _adapted(task, seed, recipe or RECIPES[task].rl), tokenizer)}
    for stage in stages(folder, seed=seed):
        pairs[stage] = ModelPair.from_pretrained(folder / "base", folder / stage)

    def accuracy(name: str) -> float:
        alone = Intervention(EVERYWHERE)
        return answers(pairs[name], task, alone, Sampling(), n=calibration, purpose="calibration")["correct"].mean()

    plain = {name: accuracy(name) for name in pairs}
    matched = min(list(pairs)[1:], key=lambda name: abs(plain[name] - plain["adapter"]))
    tables = [_measured(pairs[name], task, n, calibration).assign(trained=name) for name in ("adapter", matched)]
    return pd.concat(tables, ignore_index=True).assign(rl_seed=seed)


def _measured(pair: ModelPair, task: str, n: int, calibration: int) -> pd.DataFrame:
    alone = answers(pair, task, Intervention(EVERYWHERE), Sampling(), n=n, purpose="judged").assign(family="plain")
    arms = [alone, cold(pair, task, n=n, calibration=calibration)]
    arms.append(replaced(pair, task, TOP_P, BUDGETS, n=n, calibration=calibration))
    aurocs = separation(pair, task, n=calibration).assign(measure="auroc")
    return pd.concat([pd.concat(arms).assign(measure="answers"), aurocs], ignore_index=True)


def _adapted(task: str, seed: int, recipe: RLRecipe) -> PreTrainedModel:
    """Train by the toys' recipe with an adapter of rank 8 on every linear layer; returned merged into the base."""
    folder = require(TOYS / task / "base")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    sizes: dict[str, Any] = {name: getattr(recipe, name) for name in ("rollouts", "prompts", "generations")}
    with TemporaryDirectory() as scratch, without_known_warnings():
        trainer = ReweightedGRPOTrainer(
            AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
            reward_of(TASKS[task], tokenizer),
            grpo_config(
                TASKS[task],
                scratch,
                seed=seed,
                dynamic_sampling=False,
                learning_rate=RATE,
                save_strategy="no",
                disable_tqdm=True,
                **sizes,
            ),
            prompts_of(TASKS[task], recipe.rollouts * recipe.prompts, seed=seed),
            processing_class=tokenizer,
            weighting=uniform,
            peft_config=LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return trainer.model.merge_and_unload().eval()
