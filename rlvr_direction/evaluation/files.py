"""Decoding a file of problems: responses part by part, and what each token was worth, in a file beside them."""

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from rlvr_direction import records
from rlvr_direction.decoding import auto_block
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation.kept import kept_tokens
from rlvr_direction.evaluation.responses import RESPONSE_COLUMNS, respond
from rlvr_direction.interventions import Intervention, parse
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Grader, Problem, grader, load_problems
from rlvr_direction.scores import Proposer

__all__ = ["decode_file", "decode_to_file", "n_parts", "tokens_path"]

PROBLEMS_PER_PART = 64


def n_parts(problems: Sequence[Problem]) -> int:
    """How many parts `decode_to_file` cuts problems into."""
    return -(-len(problems) // PROBLEMS_PER_PART)


def tokens_path(out: Path) -> Path:
    """The file of tokens beside a file of responses: `decoded.parquet` -> `decoded.tokens.parquet`."""
    return out.with_name(f"{out.stem}.tokens{out.suffix}")


def decode_file(
    base: str,
    rl: str,
    problems: Path,
    out: Path,
    *,
    where: str,
    gamma: float,
    task: str,
    samples: int,
    seed: int,
    propose: str,
    temperature: float,
    top_p: float,
    max_new_tokens: int | None,
    batch_size: int,
    block: str,
    keep_tokens: int,
    load: Mapping[str, Any],
    resume: bool,
    force: bool,
    command: str,
) -> Path:
    """Decode a JSONL file of problems with two models by their names; `load` goes to `ModelPair.from_pretrained`.

    What can be refused is refused before a model is loaded. Raises what `parse`, `Sampling`, `load_problems`, `Run`
    and `ModelPair` raise.
    """
    if propose not in ("base", "rl"):
        raise ValueError(f"propose is {propose!r}; expected base or rl")
    if block != "auto" and not block.isdecimal():
        raise ValueError(f"block is {block!r}; expected auto or a number of tokens")
    intervention, sampling = Intervention(parse(where), gamma), Sampling(temperature, top_p)
    grade, rows = grader(task, max_new_tokens), load_problems(problems)
    how = {"samples": samples, "seed": seed, "propose": propose, "batch_size": batch_size}
    digest = blake2b(problems.read_bytes(), digest_size=16).hexdigest()
    settings = {"base": base, "rl": rl, "problems": digest, "where": where, "gamma": gamma, "task": task, **load, **how}
    settings |= {"sampling": str(sampling), "max_new_tokens": grade.max_new_tokens, "block": block}
    run = records.Run(out, n_parts(rows), settings, resume=resume, force=force)
    pair = ModelPair.from_pretrained(base, rl, **load)
    pace = {"block": block if block == "auto" else int(block), "keep_tokens": keep_tokens}
    return decode_to_file(pair, grade, rows, intervention, sampling, run, **how, **pace, command=command)


def decode_to_file(
    pair: ModelPair,
    grade: Grader,
    problems: Sequence[Problem],
    intervention: Intervention,
    sampling: Sampling,
    run: records.Run,
    *,
    samples: int,
    seed: int,
    propose: Proposer,
    batch_size: int,
    block: Literal["auto"] | int,
    keep_tokens: int,
    command: str,
) -> Path:
    """Decode problems part by part into the run's file (`RESPONSE_COLUMNS`), and the first tokens into one beside it.

    Every prompt is checked before the first is decoded. The tokens file has the token table of the first
    `keep_tokens` responses, with proposals, selections, and the top 5 tokens of both models. Returns the run's path.
    """
    _fits(pair, problems, grade.max_new_tokens)
    how = {"samples": samples, "seed": seed, "propose": propose, "batch_size": batch_size}
    block = auto_block(pair, batch_size) if block == "auto" else block
    make = partial(respond, pair, grade, sampling=sampling, intervention=intervention, block=block, **how)
    for index in run.parts("decoding"):
        start = index * PROBLEMS_PER_PART
        table = make(problems=problems[start : start + PROBLEMS_PER_PART], first_problem=start)
        run.write(index, table.assign(intervention=_label(intervention))[list(RESPONSE_COLUMNS)])
    metadata = {"command": command, "block": block}
    first = make(problems=problems[: -(-keep_tokens // samples)]).head(keep_tokens) if keep_tokens else None
    if first is not None:
        records.save(kept_tokens(pair, problems, first, batch_size=batch_size), tokens_path(run.out), metadata=metadata)
    return run.finish(metadata)


def _label(intervention: Intervention) -> str:
    return f"{intervention.where}, gamma {intervention.gamma:g}"


def _fits(pair: ModelPair, problems: Sequence[Problem], max_new_tokens: int) -> None:
    for i, problem in enumerate(problems):
        if not 0 < (length := len(pair.encode_prompt(problem.prompt))) <= pair.context - max_new_tokens:
            raise ValueError(
                f"problem {i} has {length} tokens; expected 1 to {pair.context - max_new_tokens}, so that "
                f"{max_new_tokens} new ones fit into a context of {pair.context}: shorten it or pass --max-new-tokens"
            )
