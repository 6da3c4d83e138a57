"""Decoding a file of problems: responses part by part, and the first of them token by token in a second file."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from rlvr_direction.decoding import auto_block, check_lengths
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation.kept import kept_tokens
from rlvr_direction.evaluation.responses import RESPONSE_COLUMNS, require_grades, respond
from rlvr_direction.evaluation.where import at_budget, read_where
from rlvr_direction.fingerprints import fingerprint, rows_digest
from rlvr_direction.interventions import Intervention, text_of
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Problem, further_columns, grader, problem_rows, problems_in, stops_of
from rlvr_direction.prompts import announced, digest, encode_prompt
from rlvr_direction.records import Run, load
from rlvr_direction.scoring import texts_path
from rlvr_direction.settings import DecodeSettings
from rlvr_direction.vocabularies import end_tokens, limits_of, load_tokenizer

__all__ = ["decode_file", "tokens_path"]

PROBLEMS_PER_PART = 64
OF_PROBLEMS = ("problem", "prompt_ids", "answer")
OF_TEXTS = ("prompt", "response_ids", "source")


def tokens_path(out: Path) -> Path:
    """The path of the tokens that belong to a file of responses: `decoded.parquet` -> `decoded.tokens.parquet`."""
    return out.with_name(f"{out.stem}.tokens{out.suffix}")


class _Runs(NamedTuple):
    """The runs of the responses, of their texts, and of the kept tokens, if tokens are kept."""

    responses: Run
    texts: Run
    tokens: Run | None

    def finish(self, metadata: dict[str, Any]) -> Path:
        """Join the parts of each, the responses last, and return their path."""
        if self.tokens:
            self.tokens.finish(metadata)
        self.texts.finish(metadata)
        return self.responses.finish(metadata)


def decode_file(settings: DecodeSettings) -> Path:
    """Decode a file of problems with a pair of models, part by part with a progress bar, and return the output path.

    The responses (`RESPONSE_COLUMNS`) go to `out`, their texts with exact token ids and the further columns of the
    problems to `texts_path(out)`, which `score` reads, and the tokens of the first `keep_tokens` of them, as
    `kept_tokens` gives them, to `tokens_path(out)`. Bad input is refused before a model is loaded where that is
    possible, and a refusal writes nothing. Raises what `Intervention`, `Sampling`, `problem_rows`, `Run` and
    `ModelPair` raise.
    """
    s = settings
    _check(s)
    intervention = Intervention(read_where(s.where, s.budget), s.gamma)
    sampling = Sampling(s.temperature, s.top_p, s.top_k, s.min_p)
    grade, rows = grader(s.task, s.max_new_tokens), problem_rows(s.problems)
    problems = problems_in(rows)
    require_grades(grade, problems[0])
    tokenizer = load_tokenizer(s.base, s.rl, **s.tokenizer)
    prompts = [encode_prompt(tokenizer, problem.prompt) for problem in problems]
    check_lengths(limits_of(s, tokenizer), prompts, grade.max_new_tokens)
    contents = {"problems": rows_digest(rows), "prompts": f"content {digest(prompts)}"}
    runs = _runs(s, len(problems), fingerprint(s, where=text_of(intervention.where), **contents))
    further = further_columns(rows, {*OF_PROBLEMS, *OF_TEXTS, *RESPONSE_COLUMNS})
    pair = ModelPair.from_pretrained(s.base, s.rl, **s.load)
    check_lengths(pair, prompts, grade.max_new_tokens)
    how = _how(s, pair)
    said = announced(tokenizer, problems[0].prompt)
    if s.budget is not None:
        found = at_budget(pair, grade, problems, intervention.where, s.budget, sampling, **{**how, "samples": 1})
        logging.getLogger(__name__).info("a budget of %g: %s", s.budget, found)
        intervention = Intervention(found, s.gamma)
    where = text_of(intervention.where)
    for index in runs.responses.parts("decoding"):
        start = index * PROBLEMS_PER_PART
        some = problems[start : start + PROBLEMS_PER_PART]
        table = respond(pair, grade, some, intervention, sampling, first_problem=start, **how)
        table["intervention"] = f"{where}, gamma {s.gamma:g}"
        # the responses come last: they mark the part as made
        if runs.tokens and index < runs.tokens.n_parts:
            first = table.head(s.keep_tokens - start * s.samples)
            kept = kept_tokens(pair, problems, first, batch_size=s.batch_size)
            runs.tokens.write(index, kept.assign(text_id=kept["text_id"] + start * s.samples))
        runs.texts.write(index, _texts(problems, prompts, table, further))
        runs.responses.write(index, table[list(RESPONSE_COLUMNS)])
    metadata = {"command": s.command, "where": where, **said}
    metadata |= {"ends": [*end_tokens(s, tokenizer), *how["stop"]], "block": how["block"]}
    out = runs.finish(metadata)
    logging.getLogger(__name__).info(_summary(load(out)))
    return out


def _check(s: DecodeSettings) -> None:
    """Raise ValueError for an option that is none of its choices, and for an empty text to stop at."""
    if s.propose not in ("base", "rl"):
        raise ValueError(f"propose is {s.propose!r}; expected base or rl")
    if s.block != "auto" and not (s.block.isdecimal() and int(s.block)):
        raise ValueError(f"block is {s.block!r}; expected auto or a number of tokens, at least 1")
    stops_of(s.template, s.stop)


def _how(s: DecodeSettings, pair: ModelPair) -> dict[str, Any]:
    """What `respond` is asked."""
    block = auto_block(pair) if s.block == "auto" else int(s.block)
    named = {name: getattr(s, name) for name in ("samples", "seed", "propose", "batch_size")}
    return {**named, "stop": stops_of(s.template, s.stop), "block": block}


def _summary(table: pd.DataFrame) -> str:
    touched = table[["n_selected", "n_changed"]].sum() / table["n_tokens"].sum()
    return (
        f"{len(table)} responses: {table['correct'].mean():.1%} right, {1 - table['finished'].mean():.1%} unfinished; "
        f"{touched['n_selected']:.1%} of tokens selected, {touched['n_changed']:.1%} changed"
    )


def _texts(
    problems: Sequence[Problem], prompts: Sequence[Sequence[int]], table: pd.DataFrame, further: pd.DataFrame
) -> pd.DataFrame:
    """The texts of a part as `score` reads them, with what the problems' rows have beside problem and answer."""
    texts = table[["response", "response_ids", "problem_id", "sample_id", "correct"]]
    texts.insert(0, "prompt", [problems[i].text for i in table["problem_id"]])
    texts.insert(1, "prompt_ids", [prompts[i] for i in table["problem_id"]])
    return texts.assign(source=table["intervention"]).join(further, on="problem_id")


def _runs(settings: DecodeSettings, n_problems: int, identity: dict[str, Any]) -> _Runs:
    s = settings
    n_parts = -(-n_problems // PROBLEMS_PER_PART)
    token_parts = -(-min(s.keep_tokens, n_problems * s.samples) // (PROBLEMS_PER_PART * s.samples))
    responses, texts = (Run(path, n_parts, identity, s.resume, s.force) for path in (s.out, texts_path(s.out)))
    return _Runs(
        responses, texts, Run(tokens_path(s.out), token_parts, identity, s.resume, s.force) if token_parts else None
    )
