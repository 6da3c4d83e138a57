"""A whole toy in one call: base, RL stages, held-out problems, accuracy and cards."""

from functools import partial
from pathlib import Path

from transformers import AutoModelForCausalLM

from rlvr_direction import records
from rlvr_direction.lab.parts import Part, made
from rlvr_direction.lab.tasks import SMALL_TASKS, TASKS
from rlvr_direction.lab.toys.base import train_base
from rlvr_direction.lab.toys.folders import TEMPERATURES, accuracy_table, stages, write_cards, write_problems
from rlvr_direction.lab.toys.recipe import LARGE, RECIPES
from rlvr_direction.lab.toys.rl import train_rl
from rlvr_direction.records import Run

__all__ = ["make_toy"]

BETWEEN = (0.0, 0.7, 1.0)  # temperatures of the stages before the last


def make_toy(
    task_name: str,
    out: Path,
    *,
    seed: int,
    rl_seed: int = 0,
    rollouts: int | None = None,
    large: bool = False,
    jobs: int = 2,
    command: str,
) -> Path:
    """Train what is missing of a toy in the folder `out`, measure it, and return `out`.

    Another `rl_seed` makes another RL run from the same base, which `rollouts` may end early; a `large` toy, of worded
    alone, wants a GPU. Accuracy is measured `jobs` parts at a time. The cards show `command`. Raises ValueError for an
    unknown task, for a large toy of another task, and for fewer rollouts than the first stage has.
    """
    if task_name not in TASKS:
        raise ValueError(f"no task is called {task_name!r}; choose from {', '.join(sorted(TASKS))}")
    if large and task_name not in LARGE:
        raise ValueError(f"the {task_name} toy has one size; a large one is there of {', '.join(LARGE)}")
    task, out, recipe = TASKS[task_name], Path(out), (LARGE if large else RECIPES)[task_name]
    train_base(task, out, seed=seed, recipe=recipe.base, architecture=recipe.sizes)
    train_rl(task, out, seed=rl_seed, recipe=recipe.rl if rollouts is None else recipe.rl.up_to(rollouts))
    write_problems(task, out / "problems.jsonl")
    _describe(task_name, out, rl_seed=rl_seed, jobs=jobs, command=command)
    return out


def _describe(task_name: str, out: Path, *, rl_seed: int, jobs: int, command: str) -> None:
    """Measure the held-out accuracy of every stage of one RL seed, save it as Parquet, and write the cards.

    The base's card describes the run that made it, so RL runs of other seeds do not change it.
    """
    names = stages(out, seed=rl_seed)
    parts = _accuracies(task_name, out, names, rl_seed=rl_seed)
    file = out / f"accuracy_seed_{rl_seed}.parquet"
    begun = file.with_name(f"{file.name}.parts").exists()
    run = Run(file, len(parts), {"toy": task_name, "stages": names}, resume=begun, force=not begun)
    for index, table in made(parts, run, f"accuracy of {task_name}", jobs=jobs):
        run.write(index, table)
    accuracy = records.load(run.finish({"command": command}))
    described = (out / "base" / "README.md").is_file()
    facts = {stage: _facts(out, stage, rl_seed, command) for stage in (*([] if described else ["base"]), *names)}
    write_cards(TASKS[task_name], out, accuracy, facts)


def _accuracies(task_name: str, out: Path, names: list[str], *, rl_seed: int) -> list[Part]:
    """A part for each temperature of the base and the last stage, and for each earlier stage.

    A task whose responses are long has its earlier stages at T = 1 alone, and its base with RL seed 0 alone.
    """
    *early, last = names
    of, small = partial(accuracy_table, TASKS[task_name], out), task_name in SMALL_TASKS
    temperatures = TEMPERATURES if small or rl_seed == 0 else (1.0,)
    ends = [partial(of, [last], temperatures=(t,), with_base=small or rl_seed == 0) for t in temperatures]
    return ends + [partial(of, [name], temperatures=BETWEEN if small else (1.0,), with_base=False) for name in early]


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
