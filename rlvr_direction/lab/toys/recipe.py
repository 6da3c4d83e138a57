"""What makes each toy: its architecture, its tokenizer, and how long base and RL train."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, PreTrainedConfig, PreTrainedTokenizerFast, Qwen3Config

from rlvr_direction.lab.tasks import Task

__all__ = ["RECIPES", "BaseRecipe", "RLRecipe", "Recipe", "tokenizer_for"]

SPECIAL = ("<pad>", "<eos>", "<unk>")


@dataclass(frozen=True)
class BaseRecipe:
    """Supervised training on the task's corpus: AdamW, warm-up, then linear decay."""

    steps: int
    documents: int
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    warmup_steps: int = 100


@dataclass(frozen=True)
class RLRecipe:
    """DAPO's loss and clipping by TRL, without dynamic sampling, over rollouts of `prompts` x `generations` responses.

    Each rollout is used for two updates; `stages` are the rollouts after which the model is kept.
    """

    rollouts: int = 80
    prompts: int = 24
    generations: int = 8
    learning_rate: float = 1e-4
    stages: tuple[int, ...] = (10, 20, 40, 80)


@dataclass(frozen=True)
class Recipe:
    """A toy: `config(vocabulary size, end id, padding id)` gives its architecture."""

    config: Callable[[int, int, int], PreTrainedConfig]
    base: BaseRecipe
    rl: RLRecipe


def _qwen3(vocab_size: int, end_id: int, pad_id: int) -> Qwen3Config:
    """0.42 M parameters in the shape of Qwen3."""
    return Qwen3Config(
        vocab_size=vocab_size,
        hidden_size=104,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        head_dim=26,
        intermediate_size=312,
        max_position_embeddings=128,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=end_id,
        pad_token_id=pad_id,
    )


def _gpt2(vocab_size: int, end_id: int, pad_id: int) -> GPT2Config:
    """0.35 M parameters in the shape of GPT-2; with its usual initialiser of 0.02, look-ups are never learnt."""
    return GPT2Config(
        vocab_size=vocab_size,
        n_embd=96,
        n_layer=3,
        n_head=4,
        n_positions=96,
        tie_word_embeddings=False,
        initializer_range=0.1,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=None,
        eos_token_id=end_id,
        pad_token_id=pad_id,
    )


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "arithmetic": Recipe(_qwen3, BaseRecipe(steps=2200, documents=128, learning_rate=3e-3), RLRecipe()),
        "pointer_tree": Recipe(_gpt2, BaseRecipe(steps=900, documents=96), RLRecipe()),
    }
)


def tokenizer_for(task: Task) -> PreTrainedTokenizerFast:
    """A tokenizer with one token per character of the task's alphabet, after `<pad>`, `<eos>` and `<unk>`."""
    vocabulary = {token: i for i, token in enumerate((*SPECIAL, *sorted(task.alphabet)))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
