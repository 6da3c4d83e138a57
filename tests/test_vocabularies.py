"""The tokenizer of a pair: what two tokenizers must share, and whose is taken."""

import shutil
import warnings

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from rlvr_direction.vocabularies import load_tokenizer, same_tokenizer


def refusal(*tokenizers):
    """The message of the refusal, which is one sentence on one line."""
    with pytest.raises(ValueError) as caught:
        same_tokenizer(*tokenizers, base_name="one", rl_name="two")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def words(*names, **more):
    """A tokenizer of these words."""
    vocabulary = {name: i for i, name in enumerate(("<unk>", *names))}
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>")), **more)


def test_a_tokenizer_agrees_with_itself(tokenizer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same_tokenizer(tokenizer, tokenizer, base_name="one", rl_name="two")


def test_the_first_token_that_differs_is_named():
    message = refusal(words("a", "b", "c"), words("a", "x", "y"))
    assert "token 2 is 'b' in one and 'x' in two" in message


@pytest.mark.parametrize("longer", ["base", "rl"])
def test_tokens_that_one_of_them_added_are_reported(longer):
    pair = words("a", "b"), words("a", "b", "<think>", "</think>")
    with pytest.warns(UserWarning, match=f"tokenizer of {longer} alone has 2 further tokens, '<think>' first"):
        same_tokenizer(*(pair if longer == "rl" else pair[::-1]), base_name="one", rl_name="two")


def test_another_chat_template_is_reported():
    pair = words("a"), words("a", chat_template="{{ messages[0].content }}")
    with pytest.warns(UserWarning, match="different chat templates"):
        same_tokenizer(*pair, base_name="one", rl_name="two")


@pytest.mark.parametrize("part", ["merges", "normalizer", "pre_tokenizer"])
def test_tokenizers_of_one_vocabulary_that_cut_text_differently_are_named(part):
    def build(*, merges=(("a", "b"), ("b", "c")), lowercase=False, split=False):
        words = {"<unk>": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "bc": 5}
        fast = Tokenizer(models.BPE(words, list(merges), unk_token="<unk>"))
        fast.normalizer = normalizers.Lowercase() if lowercase else normalizers.NFC()
        fast.pre_tokenizer = pre_tokenizers.Whitespace() if split else pre_tokenizers.WhitespaceSplit()
        return PreTrainedTokenizerFast(tokenizer_object=fast)

    other = {
        "merges": {"merges": (("b", "c"), ("a", "b"))},
        "normalizer": {"lowercase": True},
        "pre_tokenizer": {"split": True},
    }
    message = refusal(build(), build(**other[part]))
    assert "one and two have one vocabulary" in message and f"(their {part} differ)" in message


@pytest.fixture
def chatting(folders, tmp_path):
    """A pair whose RL model has a chat template and a token of its own."""
    base, rl = (shutil.copytree(folder, tmp_path / folder.name) for folder in folders("llama"))
    tokenizer = AutoTokenizer.from_pretrained(rl)
    tokenizer.add_tokens(["<think>"])
    tokenizer.chat_template = "{{ messages[0].content }}"
    tokenizer.save_pretrained(rl)
    return base, rl


@pytest.mark.parametrize(("which", "has_template"), [("base", False), ("rl", True)])
def test_either_tokenizer_can_be_asked_for(chatting, which, has_template):
    with pytest.warns(UserWarning):
        found = load_tokenizer(*chatting, tokenizer_from=which)
    assert (found.chat_template is not None) == has_template


def test_an_adapter_without_a_tokenizer_has_the_bases(folders, tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    base = folders("llama")[0]
    assert load_tokenizer(base, tmp_path).get_vocab() == AutoTokenizer.from_pretrained(base).get_vocab()


def test_any_other_tokenizer_is_refused_by_name(folders):
    with pytest.raises(ValueError, match="the tokenizer is taken from 'both'; expected base or rl"):
        load_tokenizer(*folders("llama"), tokenizer_from="both")
