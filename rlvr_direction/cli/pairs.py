"""Commands on a pair of models: `score`, `decode` and `report`."""

from pathlib import Path
from typing import Annotated

import typer

from rlvr_direction.cli.app import Force, Resume, app, command_text, refuses

__all__ = ["decode", "report", "score"]

Base = Annotated[str, typer.Argument(help="The base model: a folder or a Hub name.")]
RL = Annotated[str, typer.Argument(help="The RL-trained model: a folder or a Hub name.")]


@app.command(
    epilog="Example: rlvr-direction score Qwen/Qwen2.5-7B my/rl-7b texts.jsonl --out scores.parquet, where a row of "
    'texts.jsonl is {"prompt": "1+1=", "response": "2"}.'
)
@refuses
def score(
    base: Base,
    rl: RL,
    texts: Annotated[
        Path, typer.Argument(help="JSONL or Parquet rows: prompt, response, optional source, response_ids.")
    ],
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
    from rlvr_direction.scoring import ScoreSettings, score_file

    where = {"base": base, "rl": rl, "texts": texts, "out": out, "batch_size": batch_size, "eos": eos}
    load = {"revision": revision, "dtype": dtype, "device_map": device_map}
    typer.echo(score_file(ScoreSettings(**where, **load, resume=resume, force=force, command=command_text())))


@app.command(
    epilog="Example: rlvr-direction decode BASE RL problems.jsonl --where 'delta_logp<=-0.3' --task arithmetic "
    '--out decoded.parquet, where a row of problems.jsonl is {"problem": "Q:7+5*3-4\\n", "answer": "18"}.'
)
@refuses
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
    block: Annotated[str, typer.Option(help="Tokens to draft before a check; auto is 8, or 1.")] = "auto",
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
            command=command_text(),
        )
    )


@app.command(epilog="Example: rlvr-direction report decoded.parquet --out report.html")
@refuses
def report(
    decoded: Annotated[Path, typer.Argument(help="The response table that `decode` wrote, its tokens file beside it.")],
    out: Annotated[Path, typer.Option(help="The page to write (HTML, self-contained).")],
    force: Force = False,
) -> None:
    """Show responses token by token: what was proposed and replaced, delta_logp, what either model would rather say."""
    from rlvr_direction.report import ReportSettings
    from rlvr_direction.report import report as write_report

    typer.echo(write_report(ReportSettings(decoded, out, force)))
