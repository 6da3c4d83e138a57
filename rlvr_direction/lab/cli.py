"""Commands of the lab: `toy` trains a pair from scratch, `study` records evidence."""

from pathlib import Path
from typing import Annotated

import typer

from rlvr_direction.cli.app import Force, Resume, app, command_text, refuses

__all__ = ["study", "toy"]


@app.command(
    epilog="Example: rlvr-direction toy arithmetic --out toys/arithmetic --seed 0; then --rl-seed 1 for another RL run."
)
@refuses
def toy(
    task: Annotated[str, typer.Argument(help="arithmetic or pointer_tree.")],
    out: Annotated[Path, typer.Option(help="Folder for the base, the RL stages and problems.jsonl (held out).")],
    seed: Annotated[int, typer.Option(help="Seed of the base.")] = 0,
    rl_seed: Annotated[int, typer.Option(help="Seed of the RL run from that base.")] = 0,
) -> None:
    """Train a toy base and its RL checkpoints from scratch; a run that was interrupted goes on."""
    from rlvr_direction.lab.toys import make_toy

    typer.echo(make_toy(task, out, seed=seed, rl_seed=rl_seed, command=command_text()))


@app.command(
    epilog="Example: rlvr-direction study direction --task arithmetic --seeds 5; "
    "or rlvr-direction study reweighting --task arithmetic --seeds 10"
)
@refuses
def study(
    name: Annotated[
        str,
        typer.Argument(
            help="direction (C1), replacement (C2), lemma and gradient (C3), extrapolation (C4), reweighting (C5)."
        ),
    ],
    task: Annotated[str, typer.Option(help="arithmetic or pointer_tree.")],
    seeds: Annotated[int | None, typer.Option(min=1, help="RL seeds, from 0. Default: 5; of reweighting 10.")] = None,
    problems: Annotated[
        int | None, typer.Option(min=2, help="Held-out problems a seed. Default: 2000; of reweighting 500.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Parts at a time, a thread each. Default: 1; of reweighting 2.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Default: book/data/<study>/<task>.parquet.")] = None,
    resume: Resume = False,
    force: Force = False,
) -> None:
    """Repeat a measurement over seeds, resumable part by part, and record what it counted.

    `rates` tunes the learning rate of each method that `reweighting` compares, `same_rate` is its control, and
    `more_seeds` repeats it on ten other seeds.
    """
    from rlvr_direction.lab.studies import study as run_study

    sizes = {"seeds": seeds, "n": problems, "jobs": jobs}
    typer.echo(run_study(name, task, **sizes, out=out, resume=resume, force=force, command=command_text()))
