"""What each command of the library can be asked for: frozen dataclasses, whose fields are the command's options."""

import inspect
import shlex
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option
from typer.models import ArgumentInfo

from rlvr_direction import ranks

__all__ = [
    *("BatchSize", "Force", "MaxNewTokens", "Problems", "Resume", "Seed", "Stop", "Task"),
    *("DecodeSettings", "PairSettings", "ReportSettings", "ScoreSettings", "Settings"),
]

READING = ("tokenizer_from", "template", "system", "thinking", "trust_remote_code")
LOADING = ("adapter", "dtype", "device_map", "rl_device_map", "attn_implementation")
Resume = Annotated[bool, Option("--resume", help="Continue a run that was interrupted.")]
Force = Annotated[bool, Option("--force", help="Start over and replace existing output.")]
Problems = Annotated[
    Path,
    Argument(
        help="JSONL or Parquet rows: problem (text or messages) or prompt_ids, answer; or a data set of the Hub: "
        "aime24, aime25, amc23, math500 or gsm8k."
    ),
]
Task = Annotated[str, Option(help="Grader: math, arithmetic, pointer_tree or module:function.")]
Seed = Annotated[int, Option(min=0, help="Seed of the noise.")]
MaxNewTokens = Annotated[
    int | None, Option(min=1, help="Longest response in tokens. Default: the task's; for math 1024.")
]
Stop = Annotated[
    list[str] | None,
    Option(help="Text that ends a response; may be given several times. Default: what a named template says."),
]
BatchSize = Annotated[int, Option(min=1, help="Responses per forward pass.")]


@dataclass(frozen=True)
class Settings:
    """What all commands share: values within their bounds, and the text of the command itself.

    Raises ValueError for a number below the minimum of its option.
    """

    def __post_init__(self) -> None:
        for name, field in self._fields().items():
            value, minimum = getattr(self, name), getattr(_option(field), "min", None)
            if minimum is not None and value is not None and not value >= minimum:
                raise ValueError(f"{name} is {value}; expected at least {minimum}")

    @property
    def command(self) -> str:
        r"""The command as shell text, for a file's provenance: every option that differs from its default.

        `--resume` and `--force` are left out, so a resumed run has the command of an unbroken one.

        >>> ScoreSettings(base="a", rl="my rl", texts=Path("t.jsonl"), out=Path("s.parquet"), eos=True).command
        "rlvr-direction score a 'my rl' t.jsonl --out s.parquet --eos"
        """
        words = ["rlvr-direction", type(self).__name__.removesuffix("Settings").lower()]
        for name, field in self._fields().items():
            value = getattr(self, name)
            if name in ("resume", "force") or value == field.default:
                continue
            flag = f"--{'no-' if value is False else ''}{name.replace('_', '-')}"
            for item in value if isinstance(value, list) else [value]:
                words += [] if isinstance(_option(field), ArgumentInfo) else [flag]
                words += [] if isinstance(item, bool) else [str(item)]
        return shlex.join(words)

    @classmethod
    def _fields(cls) -> Mapping[str, inspect.Parameter]:
        """The fields in the order of the command line, each with its type and default."""
        return inspect.signature(cls).parameters


def _option(field: inspect.Parameter) -> Any:
    """The Typer option or argument in a field's type."""
    return field.annotation.__metadata__[0]


@dataclass(frozen=True)
class PairSettings(Settings):
    """What commands on a pair of models share: which models, how they are loaded, and whether a run starts over."""

    base: Annotated[str, Argument(help="Base model: a folder or a Hub name.")]
    rl: Annotated[str, Argument(help="RL-trained model: a folder or a Hub name.")]
    _: KW_ONLY
    revision: Annotated[str | None, Option(help="Revision of both models on the Hub.")] = None
    base_revision: Annotated[str | None, Option(help="Revision of the base, if it is another.")] = None
    rl_revision: Annotated[str | None, Option(help="Revision of RL, if it is another.")] = None
    adapter: Annotated[
        bool, Option("--adapter", help="Insist that RL is an adapter of the base; such a folder is known as one.")
    ] = False
    tokenizer_from: Annotated[str, Option(help="Whose tokenizer both models read by: base or rl.")] = "rl"
    template: Annotated[
        str | None,
        Option(
            help="Chat template that both models read: base, rl, none, a file of Jinja, or one that public RL runs "
            "were trained with: orz, abel, qwen-boxed, qwen-math, r1, olmo3-rl-zero-math. Default: the tokenizer's."
        ),
    ] = None
    system: Annotated[str | None, Option(help="System message before prompts that bring none.")] = None
    thinking: Annotated[
        bool | None, Option("--thinking/--no-thinking", help="Whether a template that can is to think.")
    ] = None
    dtype: Annotated[str, Option(help="Number format of the weights: float32, bfloat16, float16 or auto.")] = "float32"
    device_map: Annotated[str | None, Option(help="Device of the models, as in transformers: cuda, auto, ...")] = None
    rl_device_map: Annotated[str | None, Option(help="Device of RL, if it is another.")] = None
    attn_implementation: Annotated[
        str | None, Option(help="Attention, as in transformers: eager, sdpa, flash_attention_2, ...")
    ] = None
    trust_remote_code: Annotated[
        bool, Option("--trust-remote-code", help="Run code that a checkpoint brings. Read it first.")
    ] = False
    resume: Resume = False
    force: Force = False

    @property
    def load(self) -> dict[str, Any]:
        """Keyword arguments of `ModelPair.from_pretrained`, which takes them after the two names."""
        named = {name: getattr(self, name) for name in LOADING} | self.tokenizer
        return named | {"device_map": self.device_map or ranks.device()}

    @property
    def tokenizer(self) -> dict[str, Any]:
        """Keyword arguments of `load_tokenizer`, which takes them after the two names."""
        return {
            "base_revision": self.base_revision or self.revision,
            "rl_revision": self.rl_revision or self.revision,
            **{name: getattr(self, name) for name in READING},
        }


@dataclass(frozen=True)
class ScoreSettings(PairSettings):
    """Score every response token under both models: delta_logp, entropies, divergences, over the whole vocabulary."""

    texts: Annotated[
        Path,
        Argument(
            help="JSONL or Parquet rows: prompt or prompt_ids, response; optional: source, response_ids; further "
            "columns are kept. Or what `decode` wrote."
        ),
    ]
    out: Annotated[Path, Option(help="Token table to write (Parquet).")]
    eos: Annotated[bool, Option("--eos", help="Append the end token to every response.")] = False
    batch_size: BatchSize = 32
    sequential: Annotated[
        bool,
        Option(
            "--sequential",
            help="Hold one model in memory at a time, for a pair that does not fit together: what the base makes of "
            "the texts waits on disk for RL. The table is the same.",
        ),
    ] = False


@dataclass(frozen=True)
class DecodeSettings(PairSettings):
    """Decode problems with an intervention: where the criterion fires, the token is drawn from another policy."""

    problems: Problems
    out: Annotated[Path, Option(help="Response table to write (Parquet); texts and tokens go into files beside it.")]
    where: Annotated[
        str,
        Option(
            help="Criterion: SCORE<=NUMBER or SCORE>=NUMBER (delta_logp<=-0.3, entropy_base>=0.7, mass(...)>=0.1), "
            "random:RATE, random:mass(...), everywhere or nowhere; sampled: in front reads the truncated policies. Or "
            "module:function; or, with --budget, a score and its sign alone (delta_logp<=)."
        ),
    ]
    budget: Annotated[
        float | None, Option(help="Share of the proposer's tokens to select; sets the threshold of --where.")
    ] = None
    gamma: Annotated[float, Option(help="Policy that replaces: -1 is the base, 0 is RL, above 0 goes past RL.")] = 0.0
    propose: Annotated[str, Option(help="Model that proposes the tokens: base or rl.")] = "base"
    task: Task = "math"
    samples: Annotated[int, Option(min=1, help="Responses per problem.")] = 1
    seed: Seed = 0
    temperature: Annotated[float, Option(help="Sampling temperature; 0 takes the likeliest token.")] = 1.0
    top_p: Annotated[float, Option(help="Sample from the smallest set of tokens with this probability.")] = 1.0
    top_k: Annotated[int, Option(min=0, help="Sample from the likeliest tokens, this many; 0: from all.")] = 0
    min_p: Annotated[
        float, Option(help="Sample from tokens with at least this share of the likeliest one's probability.")
    ] = 0.0
    max_new_tokens: MaxNewTokens = None
    stop: Stop = None
    keep_tokens: Annotated[int, Option(min=0, help="Number of responses to store token by token.")] = 200
    batch_size: BatchSize = 64
    block: Annotated[str, Option(help="Tokens to draft before a check: a number or auto.")] = "auto"


@dataclass(frozen=True)
class ReportSettings(Settings):
    """Show texts token by token: delta_logp and other scores, what was proposed and replaced, the likeliest tokens."""

    table: Annotated[Path, Argument(help="Table that `decode` wrote, with its tokens file beside it, or `score`.")]
    out: Annotated[Path, Option(help="Page to write (HTML, self-contained).")]
    texts: Annotated[int, Option(min=1, help="Number of texts to show, the first ones.")] = 200
    prompts: Annotated[
        Path | None, Option(help="File of texts that was scored, to show their prompts; for a table of `score`.")
    ] = None
    force: Force = False
