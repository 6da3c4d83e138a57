"""What the commands can be asked for: one frozen dataclass each, whose fields are the options of the command line."""

import shlex
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from typer import Argument, Option
from typer.models import ArgumentInfo

__all__ = [
    *("BatchSize", "DecodeSettings", "DeviceMap", "Dtype", "Force", "PairSettings", "ReportSettings"),
    *("Resume", "Revision", "ScoreSettings", "Settings"),
]

Base = Annotated[str, Argument(help="The base model: a folder or a Hub name.")]
RL = Annotated[str, Argument(help="The RL-trained model: a folder or a Hub name.")]
BatchSize = Annotated[int, Option(min=1, help="Responses per forward pass.")]
Revision = Annotated[str | None, Option(help="Revision of both models on the Hub.")]
Dtype = Annotated[str, Option(help="Of the weights: float32, bfloat16, float16 or auto.")]
DeviceMap = Annotated[str | None, Option(help="Where the models lie, as in transformers: cuda, auto, ...")]
Resume = Annotated[bool, Option("--resume", help="Go on with a run that was interrupted.")]
Force = Annotated[bool, Option("--force", help="Start over and replace what is there.")]


@dataclass(frozen=True)
class Settings:
    """What all commands have in common: values within their bounds, and the text of the command itself.

    Raises ValueError for a number below the least that its option takes.
    """

    def __post_init__(self) -> None:
        for name, option in self._options().items():
            value, least = getattr(self, name), getattr(option, "min", None)
            if least is not None and value is not None and not value >= least:
                raise ValueError(f"{name} is {value}; expected at least {least}")

    @property
    def command(self) -> str:
        r"""Shell text of the command, for a file's provenance: what differs from the defaults; a resumed run's, too.

        >>> ScoreSettings(base="a", rl="my rl", texts=Path("t.jsonl"), out=Path("s.parquet"), eos=True).command
        "rlvr-direction score a 'my rl' t.jsonl --out s.parquet --eos"
        """
        words = ["rlvr-direction", type(self).__name__.removesuffix("Settings").lower()]
        defaults = {field.name: field.default for field in fields(self)}
        for name, option in self._options().items():
            value, flag = getattr(self, name), f"--{name.replace('_', '-')}"
            if name not in ("resume", "force") and value != defaults[name]:
                words += [] if isinstance(option, ArgumentInfo) else [flag]
                words += [] if value is True else [str(value)]
        return shlex.join(words)

    @classmethod
    def _options(cls) -> dict[str, Any]:
        hints = get_type_hints(cls, include_extras=True)
        return {field.name: hints[field.name].__metadata__[0] for field in fields(cls)}


@dataclass(frozen=True)
class PairSettings(Settings):
    """What commands on a pair of models have in common."""

    base: Base
    rl: RL

    @property
    def load(self) -> dict[str, Any]:
        """What `ModelPair.from_pretrained` is given beside the two names."""
        return {name: getattr(self, name) for name in ("revision", "dtype", "device_map")}


@dataclass(frozen=True)
class ScoreSettings(PairSettings):
    """Score every response token under both models: delta_logp, entropies, divergences, over the whole vocabulary."""

    texts: Annotated[Path, Argument(help="JSONL or Parquet rows: prompt, response; optional: source, response_ids.")]
    out: Annotated[Path, Option(help="The token table to write (Parquet).")]
    eos: Annotated[bool, Option("--eos", help="Append the end token to every response.")] = False
    batch_size: BatchSize = 32
    revision: Revision = None
    dtype: Dtype = "float32"
    device_map: DeviceMap = None
    resume: Resume = False
    force: Force = False


@dataclass(frozen=True)
class DecodeSettings(PairSettings):
    """Decode problems with an intervention: where the criterion fires, the token is drawn from another policy."""

    problems: Annotated[Path, Argument(help="JSONL or Parquet rows: problem (text or messages), answer.")]
    out: Annotated[Path, Option(help="The response table to write (Parquet); tokens go into a file beside it.")]
    where: Annotated[str, Option(help="delta_logp<=-0.3, entropy_base>=0.7, mass(...)>=0.1, random:0.1, ...")]
    gamma: Annotated[float, Option(help="0 replaces by RL, -1 by the base, above 0 goes past RL.")] = 0.0
    propose: Annotated[str, Option(help="Whose tokens may be replaced: base or rl.")] = "base"
    task: Annotated[str, Option(help="Who grades: math, arithmetic, pointer_tree or module:function.")] = "math"
    samples: Annotated[int, Option(min=1, help="Responses per problem.")] = 1
    seed: Annotated[int, Option(min=0, help="Seed of the noise.")] = 0
    temperature: Annotated[float, Option(help="0 is the argmax.")] = 1.0
    top_p: Annotated[float, Option(help="The nucleus that is kept.")] = 1.0
    max_new_tokens: Annotated[int | None, Option(min=1, help="Default: the task's; for math 1024.")] = None
    keep_tokens: Annotated[int, Option(min=0, help="Responses whose tokens are kept.")] = 200
    batch_size: BatchSize = 64
    block: Annotated[str, Option(help="Tokens to draft before a check, or auto.")] = "auto"
    revision: Revision = None
    dtype: Dtype = "float32"
    device_map: DeviceMap = None
    resume: Resume = False
    force: Force = False


@dataclass(frozen=True)
class ReportSettings(Settings):
    """Show responses token by token: what was proposed and replaced, delta_logp, what either model would rather say."""

    decoded: Annotated[Path, Argument(help="The response table that `decode` wrote, its tokens file beside it.")]
    out: Annotated[Path, Option(help="The page to write (HTML, self-contained).")]
    force: Force = False
