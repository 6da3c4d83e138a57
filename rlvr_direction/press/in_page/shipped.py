"""What a page loads on a click: one script with the program, and one for each pair, which also work from a file."""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from transformers import PreTrainedModel

from rlvr_direction.interventions import Criterion, parse
from rlvr_direction.lab.claims import counts, recorded
from rlvr_direction.lab.regime import DECIDING, JUDGED, NOISE, checkpoint, problems_of
from rlvr_direction.lab.tasks import SMALL_TASKS
from rlvr_direction.lab.toys import load_toy_pair

__all__ = ["SHIPPED", "accuracies", "program", "script", "shipped", "write_scripts"]

SHIPPED = tuple(SMALL_TASKS)
PARTS = ("model.js", "decoder.js", "tasks.js", "chart.js", "live.js")
PROBLEMS = 200
ENDS = {"nowhere": "base", "everywhere": "RL", "cold rl": "cold RL"}
FAMILIES = ("delta_logp", "kl_rl_base", "entropy_base", "random", "mirrored")
CONFIG = (
    *("model_type", "vocab_size", "eos_token_id", "hidden_size", "num_hidden_layers", "num_attention_heads"),
    *("head_dim", "intermediate_size", "rms_norm_eps", "rope_parameters", "n_embd", "n_layer", "n_head"),
    "layer_norm_epsilon",
)


def write_scripts(folder: Path) -> list[Path]:
    """Write the program, `live.js`, and a script for each pair; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"live": program(), **{task: script(task) for task in SHIPPED}}
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return [folder / f"{name}.js" for name in texts]


def program() -> str:
    """The parts of the program in one function, whose only name in the page is `rlvrLive`."""
    parts = "\n".join(Path(__file__).with_name(name).read_text() for name in PARTS)
    return f'(function () {{\n"use strict";\n{parts}\nwindow.rlvrLive = {{open, makePair, write, TASKS}};\n}})();\n'


def script(task: str) -> str:
    """A pair with its problems and its recorded runs, as a script that adds it to `rlvrPairs`."""
    return f"(window.rlvrPairs ||= {{}}).{task} = {json.dumps(shipped(task))};\n"


def shipped(task: str) -> dict:
    """Everything a page knows of a task: both models of the deciding cell in float16, problems, recorded accuracies."""
    pair = load_toy_pair(task, checkpoint(task, DECIDING.stage))
    config = pair.base.config.to_dict()
    return {
        "task": task,
        "config": {name: config[name] for name in CONFIG if name in config},
        "vocabulary": pair.tokenizer.convert_ids_to_tokens(list(range(len(pair.tokenizer)))),
        "models": {name: _packed(model) for name, model in zip(("base", "rl"), pair.models, strict=True)},
        "problems": [[problem.prompt, problem.answer] for problem in problems_of(task, PROBLEMS, "judged")],
        "limit": SMALL_TASKS[task].max_new_tokens,
        "n_recorded": JUDGED[task],
        "seed": NOISE["judged"],
        "top_p": DECIDING.top_p,
        **_recorded(task),
    }


def _packed(model: PreTrainedModel) -> dict:
    """The weights in float16, one after another in base64, and where each begins (in numbers) with its shape."""
    index, parts, start = {}, [], 0
    for name, weight in model.state_dict().items():
        if name == "lm_head.weight" and model.config.tie_word_embeddings:
            continue
        index[name] = [start, list(weight.shape)]
        parts.append(weight.detach().cpu().to(torch.float16).numpy().ravel())
        start += weight.numel()
    return {"index": index, "f16": base64.b64encode(np.concatenate(parts).tobytes()).decode()}


@lru_cache
def accuracies(task: str) -> pd.DataFrame:
    """Accuracy with its interval and shares of each arm of RL seed 0 in the deciding cell: `family, budget, where`."""
    table = recorded("gates")["gates"][task]
    here = (table["cell"] == str(DECIDING)) & (table["purpose"] == "judged") & (table["rl_seed"] == 0)
    table = table[here & table["family"].isin([*ENDS, *FAMILIES])]
    return counts.accuracies(counts.arms_of(table, ["family", "budget", "where"]), draws=400)


def _recorded(task: str) -> dict:
    """The recorded accuracies of the models alone, and of each criterion at its budgets."""
    found = accuracies(task)
    ends = found.set_index("family")["accuracy"]
    return {
        "ends": {said: round(float(ends[name]), 4) for name, said in ENDS.items()},
        "recorded": {family: _curve(found[found["family"] == family]) for family in FAMILIES},
    }


def _curve(found: pd.DataFrame) -> list[Mapping[str, float]]:
    """The points of one criterion, by budget: thresholds as they are, shares to four digits."""
    shares = found[["budget", "accuracy", "low", "high", "selected", "changed"]].sort_values("budget").round(4)
    thresholds = [_threshold(where) for where in found.loc[shares.index, "where"]]
    return [{**row, "threshold": value} for row, value in zip(shares.to_dict("records"), thresholds, strict=True)]


def _threshold(where: str) -> float:
    criterion = parse(where)
    return float(criterion.threshold if isinstance(criterion, Criterion) else criterion.rate)
