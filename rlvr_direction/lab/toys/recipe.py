"""The recipe of each toy: its architecture, its tokenizer, and how base and RL train."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from rlvr_direction.lab.tasks import Task

__all__ = ["LARGE", "RECIPES", "BaseRecipe", "Lesson", "RLRecipe", "Recipe", "save_rounded", "tokenizer_for"]

SPECIAL = ("<pad>", "<eos>", "<unk>")


@dataclass(frozen=True)
class Lesson:
    """The first `steps` of a base, on an easier corpus: the task with other `fields`. Skills come before habits."""

    steps: int
    documents: int
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class BaseRecipe:
    """Supervised training on the task's corpus: AdamW, warm-up, then linear decay.

    `pool` batches are drawn together and sorted by length, so that a batch of long texts holds little padding. `steps`
    counts those of the `lesson`, if there is one. `fields` are what the task's corpus is written with, where that
    differs. Then further courses may follow, each from the weights in float16 and with an optimizer of its own.
    """

    steps: int
    documents: int
    pool: int = 1
    lesson: Lesson | None = None
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    warmup_steps: int = 100
    fields: Mapping[str, Any] = field(default_factory=dict)
    then: tuple["BaseRecipe", ...] = ()


@dataclass(frozen=True)
class RLRecipe:
    """DAPO's loss and clipping by TRL, without dynamic sampling; a rollout is `prompts` x `generations` responses.

    Each rollout serves two updates. The model is kept after each number of rollouts in `stages`.
    """

    rollouts: int = 80
    prompts: int = 24
    generations: int = 8
    learning_rate: float = 1e-4
    stages: tuple[int, ...] = (10, 20, 40, 80)

    def up_to(self, rollouts: int) -> "RLRecipe":
        """The recipe of a run that ends early. Raises ValueError where no stage would be kept."""
        stages = tuple(stage for stage in self.stages if stage <= rollouts)
        if not stages:
            raise ValueError(f"{rollouts} rollouts end before the first stage, which has {self.stages[0]}")
        return replace(self, rollouts=rollouts, stages=stages)


@dataclass(frozen=True)
class Recipe:
    """A toy: the family and sizes of its architecture, in the names of transformers, and how base and RL train."""

    family: str
    sizes: Mapping[str, Any]
    base: BaseRecipe
    rl: RLRecipe = RLRecipe()

    def config(self, tokenizer: PreTrainedTokenizerBase) -> PreTrainedConfig:
        """The architecture for a tokenizer's vocabulary."""
        ids = {"bos_token_id": None, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
        return AutoConfig.for_model(self.family, vocab_size=len(tokenizer), **ids, **self.sizes)


QWEN3 = {  # 0.42 M parameters
    **{"hidden_size": 104, "num_hidden_layers": 3, "intermediate_size": 312, "max_position_embeddings": 128},
    **{"num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 26, "tie_word_embeddings": True},
}
GPT2 = {  # 0.35 M parameters; with the usual initialiser of 0.02, look-ups are never learnt
    **{"n_embd": 96, "n_layer": 3, "n_head": 4, "n_positions": 96, "tie_word_embeddings": False},
    **{"initializer_range": 0.1, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0},
}
WORDS = {  # 2.1 M parameters
    **{"hidden_size": 176, "num_hidden_layers": 5, "intermediate_size": 528, "max_position_embeddings": 384},
    **{"num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 44, "tie_word_embeddings": True},
    "initializer_range": 0.06,
}
MORE = {"hidden_size": 512, "num_hidden_layers": 9, "intermediate_size": 1536, "head_dim": 64}  # 31 M parameters
MORE |= {"num_attention_heads": 8, "num_key_value_heads": 8, "initializer_range": 0.02}
SHORT_AND_RIGHT = {  # of one operation and of two at once, and back to the line before
    **{"careful": 0.5, "jump_right": 0.8, "jump_forgets": 0.1, "noise": 0.0, "repair": 1.0, "doubt": 0.1},
    "max_operations": 5,
}
ONE_BY_ONE = {  # single operations, on short problems and without slips
    **{"careful": 1.0, "noise": 0.0, "doubt": 0.0, "check": 0.05},
    **{"min_operations": 1, "max_operations": 3},
}
COURSES = (  # what one operation gives; then the task's own texts; then, for a short time, a little more care
    BaseRecipe(800, 256, pool=8, learning_rate=1e-3, fields=ONE_BY_ONE),
    BaseRecipe(300, 64, pool=8, learning_rate=1e-3),
    BaseRecipe(120, 64, pool=8, learning_rate=5e-4, fields={"careful": 0.4}),
)
RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "arithmetic": Recipe("qwen3", QWEN3, BaseRecipe(steps=2200, documents=128, learning_rate=3e-3)),
        "pointer_tree": Recipe("gpt2", GPT2, BaseRecipe(steps=900, documents=96)),
        "worded": Recipe(
            "qwen3",
            WORDS,
            BaseRecipe(2100, 64, pool=8, lesson=Lesson(1300, 128, SHORT_AND_RIGHT), learning_rate=3e-3, then=COURSES),
            RLRecipe(prompts=32, generations=16, stages=(10, 20, 22, 25, 30, 40, 60, 80)),
        ),
    }
)
LARGE: Mapping[str, Recipe] = MappingProxyType(  # for a GPU
    {
        "worded": Recipe(
            "qwen3",
            {**WORDS, **MORE},
            BaseRecipe(2100, 64, pool=8, lesson=Lesson(1300, 128, SHORT_AND_RIGHT), learning_rate=1e-3, then=COURSES),
            RLRecipe(prompts=32, generations=16, learning_rate=3e-5, stages=(10, 20, 22, 25, 30, 40, 60, 80)),
        )
    }
)


def tokenizer_for(task: Task) -> PreTrainedTokenizerFast:
    """A tokenizer with one token per entry of the task's alphabet, following `<pad>`, `<eos>` and `<unk>`.

    Where every entry is a character, a text is cut into characters, else into words with a space between them.
    """
    vocabulary = {token: i for i, token in enumerate((*SPECIAL, *sorted(task.alphabet)))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    if max(map(len, task.alphabet)) == 1:
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), behavior="isolated")
        tokenizer.decoder = decoders.Fuse()
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def save_rounded(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Save a toy as an ordinary model folder in float16: what is loaded from there, in float32, is the toy."""
    deepcopy(model).half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
