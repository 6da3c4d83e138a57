"""An audit of a pair: sized by the time there is, measured part by part, and left as tables in a folder."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from rlvr_direction import ranks
from rlvr_direction.audit.arms import Arm, judged_arms, tried_arms
from rlvr_direction.audit.measure import (
    Asked,
    answers,
    chunks,
    example_tokens,
    examples,
    respond_to,
    scores_of_base,
    written,
)
from rlvr_direction.audit.settings import AuditSettings
from rlvr_direction.audit.sizes import Sizes, require_enough, sizes_for
from rlvr_direction.decoding import check_lengths
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import require_grades
from rlvr_direction.fingerprints import fingerprint, rows_digest
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import grader, problem_rows, problems_in, stops_of
from rlvr_direction.prompts import announced, digest, encode_prompt
from rlvr_direction.records import Run, load
from rlvr_direction.vocabularies import end_tokens, limits_of, load_tokenizer

__all__ = ["TABLES", "audit", "tables_of"]

TABLES = ("plan", "calibration_tokens", "calibration", "written", "answers", "examples", "examples.tokens")
TIMED = Arm("delta_logp", "delta_logp<=-0.3")
Part = Callable[[], pd.DataFrame]
Made = Callable[[str, str, Sequence[Part]], pd.DataFrame]  # a table of this name, from these parts


def audit(settings: AuditSettings) -> Path:
    """Measure what the paper's questions ask of a pair, part by part with progress bars; returns the folder `out`.

    It holds `plan.parquet`, the sizes; `calibration_tokens.parquet`, scores of the base's own tokens on calibration
    problems, which thresholds are chosen on; `calibration.parquet` and `answers.parquet`, a row per arm and problem
    with counts, of what was tried and of what is judged; `written.parquet`, every token that both models write alone,
    with its scores; and `examples.parquet` with its tokens, which `report` reads. A finished audit loads no model.
    Raises what `decode_file` raises, and ValueError where the time is too short.
    """
    s = settings
    if s.out.is_file():
        raise ValueError(f"{s.out} is a file; name a folder, which an audit fills with its tables")
    grade, rows = grader(s.task, s.max_new_tokens), problem_rows(s.problems)
    problems = problems_in(rows)
    require_enough(len(problems), s.use)
    require_grades(grade, problems[0])
    sampling, stop = Sampling(s.temperature, s.top_p), stops_of(s.template, s.stop)
    tokenizer = load_tokenizer(s.base, s.rl, **s.tokenizer)
    prompts = [encode_prompt(tokenizer, problem.prompt) for problem in problems]
    check_lengths(limits_of(s, tokenizer), prompts, grade.max_new_tokens)

    @cache
    def pair() -> ModelPair:
        loaded = ModelPair.from_pretrained(s.base, s.rl, **s.load)
        check_lengths(loaded, prompts, grade.max_new_tokens)
        return loaded

    how = {"seed": s.seed, "batch_size": s.batch_size, "stop": stop}
    contents = {"problems": rows_digest(rows), "prompts": f"content {digest(prompts)}"}
    identity = fingerprint(s, **contents)
    asked = Asked(pair, grade, problems, sampling, how)
    if s.force and not s.resume:
        _discard(s.out)
    plan = Run(s.out / "plan.parquet", 1, identity, s.resume, s.force)
    metadata = {"command": s.command, **announced(tokenizer, problems[0].prompt)}
    metadata["ends"] = [*end_tokens(s, tokenizer), *stop]
    for index in plan.parts("timing a batch"):
        plan.write(index, _planned(s, asked))
    planned = load(plan.finish(metadata)).iloc[0]
    sizes = Sizes(*(int(planned[name]) for name in ("n_calibration", "n_judged", "samples")))
    logging.getLogger(__name__).info("audit: %s", sizes.said(planned["seconds"]))
    _measure(asked.sized(sizes), partial(_made, s, identity | vars(sizes), metadata))
    return s.out


def tables_of(folder: Path | str) -> dict[str, pd.DataFrame]:
    """The tables of a finished audit by name, `TABLES`. Raises FileNotFoundError if one is missing."""
    files = {name: Path(folder) / f"{name}.parquet" for name in TABLES}
    if missing := [file for file in files.values() if not file.is_file()]:
        raise FileNotFoundError(f"{missing[0]} is not there: finish the audit with `rlvr-direction audit ... --resume`")
    return {name: load(file) for name, file in files.items()}


def _discard(folder: Path) -> None:
    """Remove an earlier audit, the plan last: once forced, a resumed audit must not take its tables for its own."""
    for name in reversed(TABLES):
        table = folder / f"{name}.parquet"
        table.unlink(missing_ok=True)
        Run(table, 1, {}, force=True)


def _planned(s: AuditSettings, asked: Asked) -> pd.DataFrame:
    """The sizes as a table of one row, with the seconds that a response takes; nan if nothing had to be timed."""
    seconds = float("nan")
    asked.pair()  # before anything is written, whether or not it is timed: what cannot be loaded is refused
    if not (s.use and s.samples):
        places = range(min(s.batch_size, len(asked.problems)))
        started = time.perf_counter()
        respond_to(asked, TIMED, places, sampling=asked.sampling, samples=1)
        seconds = (time.perf_counter() - started) / len(places) / ranks.world_size()
    sizes = sizes_for(len(asked.problems), seconds, s.budget_minutes, use=s.use, samples=s.samples)
    return pd.DataFrame([{**vars(sizes), "responses": sizes.responses, "seconds": seconds}])


def _measure(asked: Asked, made: Made) -> None:
    """Make every table in its turn: what one chooses, the next one runs."""
    n = len(asked.calibration)
    per_part = asked.how["batch_size"] // asked.samples
    calibrated = chunks(range(n), per_part)
    places = range(n, n + len(asked.judged))
    judged = chunks(places, per_part)
    scores = made("calibration_tokens", "texts of the base", [partial(scores_of_base, asked, c) for c in calibrated])
    arms = [partial(answers, asked, arm, purpose="calibration") for arm in tried_arms(scores, asked.sampling)]
    tried = made("calibration", "tried arms", [partial(arm, some) for arm in arms for some in calibrated])
    made("written", "texts of both", [partial(written, asked, some) for some in judged])
    chosen = judged_arms(scores, tried, asked.sampling)
    arms = [partial(answers, asked, arm, purpose="judged") for arm in chosen]
    made("answers", "judged arms", [partial(arm, some) for arm in arms for some in judged])
    best = next(arm for arm in chosen if arm.family == "chosen")
    shown = made("examples", "examples", [partial(examples, asked, best, places)])
    made("examples.tokens", "their tokens", [partial(example_tokens, asked, shown)])


def _made(
    s: AuditSettings, identity: dict[str, Any], metadata: dict[str, Any], name: str, said: str, parts: Sequence[Part]
) -> pd.DataFrame:
    run = Run(s.out / f"{name}.parquet", len(parts), identity, s.resume, s.force)
    for index in run.parts(said):
        run.write(index, parts[index]())
    return load(run.finish(metadata))
