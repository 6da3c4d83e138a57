"""A tiny training run on which every promise of the trainer is tested."""

from types import SimpleNamespace

import pytest
import torch
from datasets import Dataset
from transformers import TrainerCallback

from rlvr_direction.training import ReweightedGRPOConfig, ReweightedGRPOTrainer
from rlvr_direction.training.prompts import without_known_warnings

SETTINGS = {
    "per_device_train_batch_size": 8,
    "num_generations": 4,
    "max_completion_length": 6,
    "max_steps": 3,
    "logging_steps": 1,
    "learning_rate": 1e-2,
    "warmup_steps": 0,
    "save_strategy": "no",
    "dynamic_sampling": False,
    "disable_tqdm": True,
    "seed": 0,
}
PROMPTS = Dataset.from_list([{"prompt": f"{i % 10}+{3 * i % 10}=", "answer": str((i + 3 * i) % 10)} for i in range(24)])


def digits(completions, answer, **_columns):
    """A dense reward, so that every group has advantages: the digits of a response, and its answer."""
    return [
        0.1 * sum(c.isdigit() for c in text) + (right in text) for text, right in zip(completions, answer, strict=True)
    ]


class Grads(TrainerCallback):
    """Keeps the gradients of the first update, before any clipping."""

    grads = None

    def on_pre_optimizer_step(self, args, state, control, model=None, **_objects):
        if self.grads is None:
            trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
            self.grads = {name: weight.grad.clone() for name, weight in trained.items()}


@pytest.fixture(scope="session")
def train(random_model, tokenizer):
    """A function (folder, settings) -> a finished run: `trainer`, `losses`, `batches`, first `grads`, and more."""

    def run(
        folder,
        reward=digits,
        *,
        kind=ReweightedGRPOTrainer,
        prompts=24,
        resume=None,
        options=None,
        evaluate=False,
        config=ReweightedGRPOConfig.dapo,
        **settings,
    ):
        seen, dataset = [], PROMPTS.select(range(prompts))

        class Kept(kind):
            def _compute_loss(self, model, inputs):
                loss = super()._compute_loss(model, inputs)
                seen.append((self.state.global_step, loss.item(), inputs))
                return loss

        args = config(str(folder), **SETTINGS | settings)
        keep, model = Grads(), random_model("qwen3", seed=0)
        trainer = Kept(
            model,
            reward,
            args=args,
            train_dataset=dataset,
            eval_dataset=dataset,
            processing_class=tokenizer,
            callbacks=[keep],
            **(options or {}),
        )
        before = [weight.detach().clone() for weight in model.parameters()]
        with without_known_warnings():
            trainer.train(resume_from_checkpoint=resume)
            losses, batches = [(step, loss) for step, loss, _ in seen], [batch for *_, batch in seen]
            found = {"losses": losses, "batches": batches, "grads": keep.grads, "before": before}
            evaluation = trainer.evaluate() if evaluate else None
            found["weights"] = torch.cat([weight.detach().flatten() for weight in model.parameters()])
        return SimpleNamespace(trainer=trainer, evaluation=evaluation, **found)

    return run
