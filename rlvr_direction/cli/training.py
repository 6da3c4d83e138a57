"""The command `train`: GRPO with reweighted advantages, for any model."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rlvr_direction.cli.app import command
from rlvr_direction.settings import Force, Resume, Settings

__all__ = ["TrainOptions", "train"]


@dataclass(frozen=True)
class TrainOptions(Settings):
    """Train a model by GRPO with reweighted token advantages; any field of TRL's GRPOConfig is an option too."""

    model: Annotated[str, Argument(help="Model to train: a folder or a Hub name.")]
    out: Annotated[Path, Option(help="Folder to write: the model, its checkpoints and metrics.parquet.")]
    grpo: Annotated[
        list[str] | None, Argument(help="Further options, fields of TRL's GRPOConfig: --learning_rate 1e-6 ...")
    ] = None
    task: Annotated[str | None, Option(help="Task that gives prompts and rewards: arithmetic or pointer_tree.")] = None
    problems: Annotated[int, Option(min=1, help="Number of problems of the task to train on.")] = 2000
    data: Annotated[
        str | None, Option(help="Data set instead of a task: a Hub name, or a JSONL, CSV or Parquet file.")
    ] = None
    reward: Annotated[
        str | None, Option(help="Reward for the data set: module:function, called the way TRL calls it.")
    ] = None
    eval_problems: Annotated[int, Option(min=1, help="Number of held-out problems of the task for evaluations.")] = 100
    eval_data: Annotated[
        str | None, Option(help="Rows to evaluate on, like those of --data: --eval_strategy steps --eval_steps 20.")
    ] = None
    weighting: Annotated[
        str,
        Option(
            help="Weights of tokens: low_probability (the paper), high_probability (Dominate), perplexity, "
            "entropy_top, surprisal_top (STARE), keep_below, keep_above, divergence, uniform (all 1: plain DAPO) or "
            "module:function."
        ),
    ] = "low_probability"
    alpha: Annotated[
        float | None, Option(help="Strength, fraction or quantile of the weights. Default: the weighting's own.")
    ] = None
    mean_one: Annotated[bool, Option("--mean-one", help="Rescale the weights to a mean of 1.")] = False
    overlong: Annotated[int, Option(min=0, help="Tokens before the limit over which length is penalised; 0: none.")] = 0
    lora: Annotated[
        int | None,
        Option(
            min=1,
            help="Train a LoRA adapter of this rank on all linear layers instead of the weights, and save it as a "
            "PEFT folder, which `score` and `decode` take as RL. It wants a learning rate some ten times as high.",
        ),
    ] = None
    lora_alpha: Annotated[
        int | None, Option(min=1, help="Scale of the adapter, times its rank. Default: 2 x rank.")
    ] = None
    dtype: Annotated[
        str | None, Option(help="Number format of the weights: float32 (the default), bfloat16, float16 or auto.")
    ] = None
    seed: Annotated[int | None, Option(min=0, help="Seed of the prompts and of the run. Default: 0.")] = None
    config: Annotated[Path | None, Option(help="YAML file of GRPOConfig's fields. Default: the paper's values.")] = None
    resume: Resume = False
    force: Force = False


@command(
    TrainOptions,
    example="rlvr-direction train Qwen/Qwen2.5-0.5B --data my.jsonl --reward my_rewards:right --weighting "
    "low_probability --alpha 0.2 --config run.yaml --learning_rate 1e-6 --out runs/paper, where a row of my.jsonl has "
    "a `prompt` and what my_rewards.right(completions, ...) asks for.",
    context_settings={"ignore_unknown_options": True},
)
def train(options: TrainOptions) -> object:
    """Train a model by reweighted GRPO."""
    from rlvr_direction.training import TrainSettings
    from rlvr_direction.training import train as run
    from rlvr_direction.training.config import parse

    words = {"--config": options.config, "--output_dir": options.out, "--seed": options.seed}
    given = [str(word) for option in words.items() if option[1] is not None for word in option]
    names = [field.name for field in fields(TrainSettings) if field.name != "grpo"]
    return run(TrainSettings(**{n: getattr(options, n) for n in names}, grpo=parse([*given, *(options.grpo or [])])))
