"""The cost of a weighting: a training step of the reweighted trainer over one of stock TRL, on the arithmetic toy.

    python benchmarks/training.py [--rollouts 3] [--repeats 20] [--prompts 16]

Strengths are set so that every weight is 1. All runs of a schedule then write the same responses and do the same work;
only the weighting differs. "own pass" makes its weights from a forward pass with the rollout, as all weightings would
without late binding. The table shows the ratio of wall-clock times within a repeat (the geometric mean over interleaved
repeats, with its 95 % interval, because machines are noisier than weightings are slow) and the fraction of the time
spent on weights, an extra forward pass included.
"""

import argparse
import copy
import statistics
import tempfile
import time

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback
from trl import GRPOTrainer

from rlvr_direction import reweighting as w
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.statistics import paired_t
from rlvr_direction.training import ReweightedGRPOConfig, ReweightedGRPOTrainer
from rlvr_direction.training.prompts import prompts_of, reward_of, without_known_warnings

TASK, BASE = TASKS["arithmetic"], TOYS / "arithmetic" / "base"
WEIGHTINGS = {
    "stock TRL": None,
    "uniform": w.uniform,
    "low_probability": w.low_probability(0.0),
    "own pass": w.low_probability(0.0),
    "perplexity": w.perplexity(0.0),
    "keep_below": w.keep_below(1.0),
    "mean one": w.mean_one(w.low_probability(0.0)),
}
SCHEDULES = {"one update per rollout (late binding)": 1, "two updates per rollout (old log-probs exist)": 2}


class Timed(ReweightedGRPOTrainer):
    """Adds up the seconds spent on weights: on making them, and on forward passes that stock TRL does not make."""

    weighing = 0.0
    own_pass = False

    @property
    def _binds_late(self):
        return super()._binds_late and not self.own_pass

    def _weighted(self, *args):
        begun = time.perf_counter()
        weighted = super()._weighted(*args)
        self.weighing += time.perf_counter() - begun
        return weighted

    def _forward(self, *args, **options):
        begun = time.perf_counter()
        found = super()._forward(*args, **options)
        self.weighing += time.perf_counter() - begun
        return found


def run(name: str, updates: int, rollouts: int, prompts: int, model, tokenizer) -> tuple[float, float]:
    """Wall-clock seconds of a run from a copy of the model, and those spent on weights."""
    with tempfile.TemporaryDirectory() as scratch, without_known_warnings():
        args = ReweightedGRPOConfig.dapo(
            scratch,
            seed=0,
            learning_rate=1e-4,
            dynamic_sampling=False,
            num_generations=8,
            per_device_train_batch_size=prompts * 8 // updates,
            steps_per_generation=updates,
            max_completion_length=TASK.max_new_tokens,
            max_steps=updates * rollouts,
            logging_steps=1000,
            save_strategy="no",
            disable_tqdm=True,
        )
        kind, own = (GRPOTrainer, {}) if WEIGHTINGS[name] is None else (Timed, {"weighting": WEIGHTINGS[name]})
        trainer = kind(
            copy.deepcopy(model),
            reward_of(TASK, tokenizer),
            args,
            prompts_of(TASK, rollouts * prompts, seed=0),
            processing_class=tokenizer,
            **own,
        )
        trainer.own_pass = name == "own pass"
        trainer.remove_callback(PrinterCallback)
        begun = time.perf_counter()
        trainer.train()
        return time.perf_counter() - begun, getattr(trainer, "weighing", 0.0)


def _rotated(by: int) -> list[str]:
    """The names in an order that starts elsewhere in each repeat, so that none is always the first."""
    names, by = list(WEIGHTINGS), by % len(WEIGHTINGS)
    return names[by:] + names[:by]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rollouts", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--prompts", type=int, default=16)
    options = parser.parse_args()
    base = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32), AutoTokenizer.from_pretrained(BASE)
    print(f"{torch.get_num_threads()} threads, {options.prompts} x 8 responses a rollout, {options.rollouts} rollouts")
    for schedule, updates in SCHEDULES.items():
        run("stock TRL", updates, 2, options.prompts, *base)  # warm
        seen = [
            {name: run(name, updates, options.rollouts, options.prompts, *base) for name in _rotated(repeat)}
            for repeat in range(options.repeats)
        ]
        print(f"\n{schedule}")
        for name in list(WEIGHTINGS)[1:]:
            logs = np.log([times[name][0] / times["stock TRL"][0] for times in seen])
            ratio, low, high = np.exp(paired_t(logs))
            share = statistics.median(times[name][1] / times[name][0] for times in seen)
            print(f"  {name:16s} {ratio:.3f}x stock [{low:.3f}, {high:.3f}], {share:.2%} spent on weights")


if __name__ == "__main__":
    main()
