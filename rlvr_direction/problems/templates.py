"""Prompts that public RL runs were trained with: a wrong prompt distorts the base and delta_logp alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["TEMPLATES", "Template", "stops_of"]


@dataclass(frozen=True)
class Template:
    """How a problem is put to a model, what ends a response, and where that is written.

    `text` is a chat template in Jinja; with None, problems are read as they are. `stop` are texts: a response ends with
    the first of them.
    """

    text: str | None
    stop: tuple[str, ...] = ()
    source: str = ""


def _around(before: str, after: str) -> str:
    """A chat template for one user message, with a text before it and one after it."""
    guard = "{% if messages|length != 1 %}{{ raise_exception('it takes one user message') }}{% endif %}"
    return f"{guard}{{{{ {json.dumps(before)} }}}}{{{{ messages[0]['content'] }}}}{{{{ {json.dumps(after)} }}}}"


R1 = (
    "A conversation between User and Assistant. The User asks a question, and the Assistant solves it. The Assistant "
    "first thinks about the reasoning process in the mind and then provides the User with the answer. The reasoning "
    "process is enclosed within <think> </think> and answer is enclosed within <answer> </answer> tags, respectively, "
    "i.e., <think> reasoning process here </think> <answer> answer here </answer>."
)
ORZ = (
    " User: You must put your answer inside <answer> </answer> tags, i.e., <answer> answer here </answer>. And your "
    "final answer will be extracted automatically by the \\boxed{} tag.\nThis is the problem:\n"
)
BOXED = "Please reason step by step, and put your final answer within \\boxed{}."
OLMO = (
    "Solve the following problem step by step. The last line of your response should be the answer to the problem in "
    "form Answer: $Answer (without quotes) where $Answer is the answer to the problem.\n\n"
)
TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "orz": Template(
            _around(R1 + ORZ, "\nAssistant: <think>"),
            ("</answer>",),
            "github.com/Open-Reasoner-Zero/Open-Reasoner-Zero, playground/zero_setting_base.py",
        ),
        "abel": Template(
            _around("Question:\n", "\nAnswer:\nLet's think step by step.\n"),
            source="github.com/hkust-nlp/simpleRL-reason, examples/simplelr_math_eval/utils.py",
        ),
        "qwen-boxed": Template(
            _around(
                "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
                f"\n{BOXED}<|im_end|>\n<|im_start|>assistant\n",
            ),
            source="github.com/hkust-nlp/simpleRL-reason, examples/simplelr_math_eval/utils.py",
        ),
        "qwen-math": Template(
            _around(
                f"<|im_start|>system\n{BOXED}<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
            ),
            source="github.com/sail-sg/understand-r1-zero, train_zero_math.py",
        ),
        "r1": Template(
            _around(f"{R1}\nUser: ", "\nAssistant: <think>"),
            ("</answer>",),
            "github.com/sail-sg/understand-r1-zero, train_zero_math.py",
        ),
        "olmo3-rl-zero-math": Template(
            _around(OLMO, '\n\nRemember to put your answer on its own line after "Answer:"'),
            source="chat_template.jinja of allenai/Olmo-3-7B-RL-Zero-Math, as quoted by others: not checked",
        ),
    }
)


def stops_of(template: str | None, given: Sequence[str] | None) -> tuple[str, ...]:
    """The texts that end a response: those given, or else those of a template that is known by name.

    >>> stops_of("r1", None), stops_of("r1", []), stops_of(None, None)
    (('</answer>',), (), ())

    Raises ValueError for an empty text, which would end every response at once.
    """
    if given is not None:
        if not all(given):
            raise ValueError(f"stop is {tuple(given)!r}; expected texts, none of them empty")
        return tuple(given)
    return TEMPLATES[template].stop if template in TEMPLATES else ()
