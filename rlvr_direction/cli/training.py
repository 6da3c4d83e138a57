"""The command that trains: `train` any model by GRPO with reweighted advantages."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rlvr_direction.cli.app import command
from rlvr_direction.settings import Force, Resume, Settings

__all__ = ["TrainOptions", "train"]


@dataclass(frozen=True)
class TrainOptions(Settings):
    """Train a model by GRPO with reweighted token advantages; any field of TRL's GRPOConfig is an option, too."""

    model: Annotated[str, Argument(help="The model to train: a folder or a Hub name.")]
    out: Annotated[Path, Option(help="Folder for the model, its checkpoints and metrics.parquet.")]
    grpo: Annotated[
        list[str] | None, Argument(help="Fields of TRL's GRPOConfig: --learning_rate 1e-6 --max_steps 100 ...")
    ] = None
    task: Annotated[str | None, Option(help="arithmetic or pointer_tree: their prompts and verifiers.")] = None
    problems: Annotated[int, Option(min=1, help="Problems of the task to train on.")] = 2000
    data: Annotated[str | None, Option(help="A data set: a Hub name, or a JSONL, CSV or Parquet file.")] = None
    reward: Annotated[str | None, Option(help="Its reward as module:function, called as TRL does.")] = None
    eval_problems: Annotated[int, Option(min=1, help="Held-out problems of the task for evaluations.")] = 100
    eval_data: Annotated[
        str | None, Option(help="Rows like those of --data for evaluations: --eval_strategy steps --eval_steps 20.")
    ] = None
    weighting: Annotated[
        str,
        Option(
            help="low_probability (the paper), high_probability (Dominate), perplexity, entropy_top, keep_below, "
            "keep_above, divergence, uniform (plain GRPO) or module:function."
        ),
    ] = "low_probability"
    alpha: Annotated[float | None, Option(help="Its strength, fraction or quantile. Default: its own.")] = None
    mean_one: Annotated[bool, Option("--mean-one", help="Rescale the weights to a mean of 1.")] = False
    overlong: Annotated[int, Option(min=0, help="Tokens before the limit where a response starts to pay.")] = 0
    seed: Annotated[int | None, Option(min=0, help="Seed of the prompts and of the run. Default: 0.")] = None
    config: Annotated[Path | None, Option(help="YAML of GRPOConfig's fields; the paper's are the rest.")] = None
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
    """Train a model."""
    from rlvr_direction.training import TrainSettings
    from rlvr_direction.training import train as run
    from rlvr_direction.training.config import parse

    words = {"--config": options.config, "--output_dir": options.out, "--seed": options.seed}
    given = [str(word) for option in words.items() if option[1] is not None for word in option]
    names = [field.name for field in fields(TrainSettings) if field.name != "grpo"]
    return run(TrainSettings(**{n: getattr(options, n) for n in names}, grpo=parse([*given, *(options.grpo or [])])))
