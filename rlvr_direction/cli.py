"""The command line: parse, call one public function, save. Bad input is one sentence on stderr and exit code 2."""

import functools
import os
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["app"]

app = typer.Typer(
    help="Measure, intervene with and exploit the direction of RLVR updates (arXiv 2603.22117).",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Base = Annotated[str, typer.Argument(help="The base model: a folder or a Hub name.")]
RL = Annotated[str, typer.Argument(help="The RL-trained model: a folder or a Hub name.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")]
Force = Annotated[bool, typer.Option("--force", help="Start over and replace what is there.")]


def _refuses(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the one sentence of a refusal into stderr and exit code 2."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except (ValueError, OSError) as refusal:
            typer.echo(f"error: {refusal}", err=True)
            raise typer.Exit(2) from refusal

    return run


@app.callback()
def _quiet_where_nobody_looks() -> None:
    if not sys.stderr.isatty():
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def _command() -> str:
    from rlvr_direction.records import command_line

    return command_line(sys.argv[1:])


@app.command(
    epilog="Example: rlvr-direction toy arithmetic --out toys/arithmetic --seed 0; then --rl-seed 1 for another RL run."
)
@_refuses
def toy(
    task: Annotated[str, typer.Argument(help="arithmetic or pointer_tree.")],
    out: Annotated[Path, typer.Option(help="Folder for the base, the RL stages and problems.jsonl (held out).")],
    seed: Annotated[int, typer.Option(help="Seed of the base.")] = 0,
    rl_seed: Annotated[int, typer.Option(help="Seed of the RL run from that base.")] = 0,
) -> None:
    """Train a toy base and its RL checkpoints from scratch; a run that was interrupted goes on."""
    from rlvr_direction.toy import make_toy

    typer.echo(make_toy(task, out, seed=seed, rl_seed=rl_seed, command=_command()))


@app.command(
    epilog="Example: rlvr-direction score Qwen/Qwen2.5-7B my/rl-7b texts.jsonl --out scores.parquet, where a row of "
    'texts.jsonl is {"prompt": "1+1=", "response": "2"}.'
)
@_refuses
def score(
    base: Base,
    rl: RL,
    texts: Annotated[Path, typer.Argument(help="JSONL rows: prompt, response, and if you like source, response_ids.")],
    out: Annotated[Path, typer.Option(help="The token table to write (Parquet).")],
    batch_size: Annotated[int, typer.Option(min=1, help="Texts a forward pass.")] = 32,
    eos: Annotated[bool, typer.Option("--eos", help="Append the end token to every response.")] = False,
    revision: Annotated[str | None, typer.Option(help="Revision of both models on the Hub.")] = None,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16, ... or auto.")] = "float32",
    device_map: Annotated[str | None, typer.Option(help="As in transformers: cuda, auto, ...")] = None,
    resume: Resume = False,
    force: Force = False,
) -> None:
    """Score every response token under both models: delta_logp, entropies, divergences, over the whole vocabulary."""
    from rlvr_direction.pair import ModelPair
    from rlvr_direction.records import Run
    from rlvr_direction.scoring import load_texts, n_parts, score_to_file

    rows = load_texts(texts)
    digest = blake2b(texts.read_bytes(), digest_size=16).hexdigest()
    settings = {"base": base, "rl": rl, "texts": digest, "revision": revision, "dtype": dtype, "eos": eos}
    run = Run(out, n_parts(rows), {**settings, "batch_size": batch_size}, resume=resume, force=force)
    pair = ModelPair.from_pretrained(base, rl, revision=revision, dtype=dtype, device_map=device_map)
    typer.echo(score_to_file(pair, rows, run, batch_size=batch_size, eos=eos, command=_command()))


@app.command(
    epilog="Example: rlvr-direction decode BASE RL problems.jsonl --where 'delta_logp<=-0.3' --task arithmetic "
    '--out decoded.parquet, where a row of problems.jsonl is {"problem": "Q:7+5*3-4\\n", "answer": "18"}.'
)
@_refuses
def decode(
    base: Base,
    rl: RL,
    problems: Annotated[Path, typer.Argument(help="JSONL rows: problem, answer.")],
    out: Annotated[Path, typer.Option(help="The response table to write (Parquet); tokens go into a file beside it.")],
    where: Annotated[str, typer.Option(help="delta_logp<=-0.3, entropy_base>=0.7, mass(...)>=0.1, random:0.1, ...")],
    gamma: Annotated[float, typer.Option(help="0 replaces by RL, -1 by the base, above 0 goes past RL.")] = 0.0,
    task: Annotated[str, typer.Option(help="Who grades: math, arithmetic, pointer_tree or module:function.")] = "math",
    samples: Annotated[int, typer.Option(min=1, help="Responses a problem.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the noise.")] = 0,
    propose: Annotated[str, typer.Option(help="Whose tokens may be replaced: base or rl.")] = "base",
    temperature: Annotated[float, typer.Option(help="0 is the argmax.")] = 1.0,
    top_p: Annotated[float, typer.Option(help="The nucleus that is kept.")] = 1.0,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="Default: the task's; for math 1024.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Responses at a time.")] = 64,
    block: Annotated[str, typer.Option(help="Tokens to draft before a check, or auto: measured.")] = "auto",
    keep_tokens: Annotated[int, typer.Option(min=0, help="Responses whose tokens are kept.")] = 200,
    revision: Annotated[str | None, typer.Option(help="Revision of both models on the Hub.")] = None,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16, ... or auto.")] = "float32",
    device_map: Annotated[str | None, typer.Option(help="As in transformers: cuda, auto, ...")] = None,
    resume: Resume = False,
    force: Force = False,
) -> None:
    """Decode problems with an intervention: where the criterion fires, the token is drawn from another policy."""
    from rlvr_direction.evaluation import decode_file

    settings = {"where": where, "gamma": gamma, "task": task, "samples": samples, "seed": seed, "propose": propose}
    sampling = {"temperature": temperature, "top_p": top_p, "max_new_tokens": max_new_tokens}
    pace = {"batch_size": batch_size, "block": block, "keep_tokens": keep_tokens}
    load = {"revision": revision, "dtype": dtype, "device_map": device_map}
    typer.echo(
        decode_file(
            base,
            rl,
            problems,
            out,
            **settings,
            **sampling,
            **pace,
            load=load,
            resume=resume,
            force=force,
            command=_command(),
        )
    )


@app.command(epilog="Example: rlvr-direction report decoded.parquet --out report.html")
@_refuses
def report(
    decoded: Annotated[Path, typer.Argument(help="The response table that `decode` wrote, its tokens file beside it.")],
    out: Annotated[Path, typer.Option(help="The page to write (HTML, self-contained).")],
    force: Force = False,
) -> None:
    """Show responses token by token: what was proposed and replaced, delta_logp, what either model would rather say."""
    from rlvr_direction.report import report as write_report

    typer.echo(write_report(decoded, out, force=force))


@app.command(
    epilog="Examples: rlvr-direction study direction --task arithmetic --seeds 5; "
    "rlvr-direction study reweighting --task arithmetic --seeds 10"
)
@_refuses
def study(
    name: Annotated[
        str, typer.Argument(help="direction (C1), replacement (C2), extrapolation (C4), reweighting (C5).")
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

    `rates` tunes the learning rate of each method that `reweighting` compares.
    """
    from rlvr_direction.study import study as run_study

    sizes = {"seeds": seeds, "n": problems, "jobs": jobs}
    typer.echo(run_study(name, task, **sizes, out=out, resume=resume, force=force, command=_command()))


@app.command(epilog="Example: rlvr-direction book --profile smoke")
@_refuses
def book(
    profile: Annotated[str, typer.Option(help="smoke (minutes), cpu (the published numbers) or gpu.")] = "cpu",
    force: Annotated[bool, typer.Option("--force", help="Execute every chapter again.")] = False,
) -> None:
    """Execute the chapters, judge the claims and build the site."""
    from rlvr_direction.publish import build_book

    typer.echo(build_book(profile, force=force))
