"""A whole toy in one call: base, RL stages, held-out problems, accuracy and cards."""

from pathlib import Path

import pandas as pd
from transformers import AutoModelForCausalLM

from rlvr_direction import records
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys.base import train_base
from rlvr_direction.lab.toys.folders import TEMPERATURES, accuracy_table, stages, write_cards, write_problems
from rlvr_direction.lab.toys.recipe import LARGE, RECIPES
from rlvr_direction.lab.toys.rl import train_rl

__all__ = ["make_toy"]


def make_toy(
    task_name: str,
    out: Path,
    *,
    seed: int,
    rl_seed: int = 0,
    rollouts: int | None = None,
    large: bool = False,
    command: str,
) -> Path:
    """Train what is missing of a toy in the folder `out`, measure it, and return `out`.

    Another `rl_seed` makes another RL run from the same base, which `rollouts` may end early; a `large` toy, of worded
    alone, wants a GPU. The cards show `command`. Raises ValueError for an unknown task, for a large toy of another
    task, and for fewer rollouts than the first stage has.
    """
    if task_name not in TASKS:
        raise ValueError(f"no task is called {task_name!r}; choose from {', '.join(sorted(TASKS))}")
    if large and task_name not in LARGE:
        raise ValueError(f"the {task_name} toy has one size; a large one is there of {', '.join(LARGE)}")
    task, out, recipe = TASKS[task_name], Path(out), (LARGE if large else RECIPES)[task_name]
    train_base(task, out, seed=seed, recipe=recipe.base, architecture=recipe.sizes)
    train_rl(task, out, seed=rl_seed, recipe=recipe.rl if rollouts is None else recipe.rl.up_to(rollouts))
    write_problems(task, out / "problems.jsonl")
    _describe(task_name, out, rl_seed=rl_seed, command=command)
    return out


def _describe(task_name: str, out: Path, *, rl_seed: int, command: str) -> None:
    """Measure the held-out accuracy of every stage of one RL seed, save it as Parquet, and write the cards.

    The base and the last stage are measured at all temperatures, the other stages at T = 0, .7 and 1. The base's card
    describes the run that made it, so RL runs of other seeds do not change it.
    """
    *early, last = stages(out, seed=rl_seed)
    task = TASKS[task_name]
    full = accuracy_table(task, out, [last], temperatures=TEMPERATURES)
    between = accuracy_table(task, out, early, temperatures=(0.0, 0.7, 1.0), with_base=False)
    accuracy = pd.concat([full, between], ignore_index=True)
    records.save(accuracy, out / f"accuracy_seed_{rl_seed}.parquet", metadata={"command": command})
    described = (out / "base" / "README.md").is_file()
    facts = {stage: _facts(out, stage, rl_seed, command) for stage in (*([] if described else ["base"]), *early, last)}
    write_cards(task, out, accuracy, facts)


def _facts(out: Path, stage: str, rl_seed: int, command: str) -> dict[str, object]:
    """What the card of a stage says about how it was made."""
    base = records.load(out / "base" / "training.parquet").attrs
    rl = records.load(out / f"training_seed_{rl_seed}.parquet")
    model = AutoModelForCausalLM.from_pretrained(out / stage, dtype="auto")
    facts = {
        "command": f"`{command}`",
        "architecture": f"{model.config.model_type}, {model.num_parameters():,} parameters, {str(model.dtype)[6:]}",
        "base seed": base["seed"],
    }
    if stage == "base":
        return {**facts, "steps": base["steps"], "commit": base["commit"], "seconds": round(base["seconds"])}
    rollouts = int(stage[3:6])
    seconds = rl["seconds"][rl["rollout"] <= rollouts].sum()
    return {
        **facts,
        "RL seed": rl_seed,
        "rollouts": f"{rollouts} of {rl.attrs['prompts']} prompts x {rl.attrs['generations']} responses",
        "algorithm": "DAPO's loss and clipping, without dynamic sampling",
        "commit": rl.attrs["commit"],
        "seconds after the base": round(seconds),
    }
