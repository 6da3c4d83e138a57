"""The command that trains: `train` any model by GRPO with reweighted advantages."""

from pathlib import Path
from typing import Annotated

import typer

from rlvr_direction.cli.app import Force, Resume, app, refuses

__all__ = ["train"]


@app.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Example: rlvr-direction train Qwen/Qwen2.5-0.5B --data my.jsonl --reward my_rewards:right --weighting "
    "low_probability --alpha 0.2 --config run.yaml --learning_rate 1e-6 --out runs/paper, where a row of my.jsonl has "
    "a `prompt` and what my_rewards.right(completions, ...) asks for.",
)
@refuses
def train(
    model: Annotated[str, typer.Argument(help="The model to train: a folder or a Hub name.")],
    out: Annotated[Path, typer.Option(help="Folder for the model, its checkpoints and metrics.parquet.")],
    fields: Annotated[
        list[str] | None, typer.Argument(help="Fields of TRL's GRPOConfig: --learning_rate 1e-6 --max_steps 100 ...")
    ] = None,
    task: Annotated[str | None, typer.Option(help="arithmetic or pointer_tree: their prompts and verifiers.")] = None,
    problems: Annotated[int, typer.Option(min=1, help="Problems of the task to train on.")] = 2000,
    data: Annotated[str | None, typer.Option(help="A data set: a Hub name, or a JSONL, CSV or Parquet file.")] = None,
    reward: Annotated[str | None, typer.Option(help="Its reward as module:function, called as TRL does.")] = None,
    eval_data: Annotated[
        str | None,
        typer.Option(help="Prompts of --data's kind for evaluations, --eval_strategy steps --eval_steps 20."),
    ] = None,
    eval_problems: Annotated[int, typer.Option(min=1, help="Held-out problems of the task for the same.")] = 100,
    weighting: Annotated[
        str,
        typer.Option(
            help="low_probability (the paper), high_probability (Dominate), perplexity, entropy_top, keep_below, "
            "keep_above, divergence, uniform (plain GRPO) or module:function."
        ),
    ] = "low_probability",
    alpha: Annotated[float | None, typer.Option(help="Its strength, fraction or quantile; default: its own.")] = None,
    mean_one: Annotated[bool, typer.Option("--mean-one", help="Rescale the weights to a mean of 1.")] = False,
    overlong: Annotated[int, typer.Option(min=0, help="Tokens before the limit where a response starts to pay.")] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the prompts and of the run. Default: 0.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML of TRL's GRPOConfig fields; the paper's are the rest.")
    ] = None,
    resume: Resume = False,
    force: Force = False,
) -> None:
    """Train a model by GRPO with reweighted token advantages; any field of TRL's GRPOConfig is an option, too."""
    from rlvr_direction.training import TrainSettings
    from rlvr_direction.training import train as run
    from rlvr_direction.training.config import parse

    file = [] if config is None else ["--config", str(config)]
    seeded = [] if seed is None else ["--seed", str(seed)]
    grpo = parse([*file, "--output_dir", str(out), *seeded, *(fields or [])])
    prompts = {"task": task, "problems": problems, "data": data, "reward": reward}
    held_out = {"eval_problems": eval_problems, "eval_data": eval_data}
    how = {"weighting": weighting, "alpha": alpha, "mean_one": mean_one, "overlong": overlong}
    typer.echo(run(TrainSettings(model, grpo, **prompts, **held_out, **how, resume=resume, force=force)))
