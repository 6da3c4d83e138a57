"""The tokenizer of a pair: what two tokenizers must share, and whose is taken."""

import json
import shutil
import warnings

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from rlvr_direction.decoding import end_ids
from rlvr_direction.pair import ModelPair
from rlvr_direction.prompts import render
from rlvr_direction.settings import PairSettings
from rlvr_direction.vocabularies import Limits, end_tokens, limits_of, load_tokenizer, same_tokenizer


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


@pytest.fixture
def speaking(folders, tmp_path):
    """A pair whose models have chat templates of their own."""
    made = [shutil.copytree(folder, tmp_path / folder.name) for folder in folders("llama")]
    for folder in made:
        (folder / "chat_template.jinja").write_text(f"{folder.name}:{{{{ messages[0].content }}}}")
    return made


@pytest.mark.filterwarnings("ignore:base and rl have different chat templates")
def test_a_template_goes_by_its_name_or_its_file(speaking, tmp_path):
    (tmp_path / "mine.jinja").write_text("mine:{{ messages[0].content }}")
    shown = {
        name: render(load_tokenizer(*speaking, template=name), "1+2")
        for name in (None, "base", "rl", "none", "abel", str(tmp_path / "mine.jinja"))
    }
    assert list(shown.values())[:4] == ["rl:1+2", "base:1+2", "rl:1+2", "1+2"]
    assert shown["abel"].startswith("Question:\n1+2\n") and shown[str(tmp_path / "mine.jinja")] == "mine:1+2"


def test_an_unknown_template_is_refused_with_the_choices(folders):
    with pytest.raises(ValueError, match=r"is called 'chess'; choose from base, rl, none, orz, .*, or a file"):
        load_tokenizer(*folders("llama"), template="chess")


@pytest.mark.parametrize("kept", ["generation_config.json", "config.json alone"])
def test_the_tokens_that_end_a_response_are_those_of_the_loaded_pair(folders, tmp_path, kept):
    base, rl = (shutil.copytree(folder, tmp_path / folder.name) for folder in folders("llama"))
    for folder, ends in ((base, 4), (rl, [7, 4, 5])):
        path = folder / "generation_config.json"
        if kept == path.name:
            path.write_text(json.dumps({"eos_token_id": ends}))
        else:
            path.unlink()
            config = json.loads((folder / "config.json").read_text())
            (folder / "config.json").write_text(json.dumps(config | {"eos_token_id": ends}))
    with pytest.warns(UserWarning, match="base ends at token ids"):
        pair = ModelPair.from_pretrained(base, rl)
    assert end_ids(pair).tolist() == [1, 4, 5, 7]
    expected = pair.tokenizer.convert_ids_to_tokens([1, 4, 5, 7])
    assert end_tokens(PairSettings(str(base), str(rl)), pair.tokenizer) == expected


@pytest.mark.parametrize("family", ["llama", "gpt2", "gemma3"])
def test_the_limits_of_a_pair_are_known_without_its_weights(folders, load_pair, tmp_path, family):
    pair, places = load_pair(family), [shutil.copytree(folder, tmp_path / folder.name) for folder in folders(family)]
    for place in places:
        (place / "model.safetensors").unlink()
    found = limits_of(PairSettings(*map(str, places)), pair.tokenizer)
    assert found == Limits(pair.context, pair.vocab_size)


def test_the_limits_of_an_adapter_are_the_bases(folders, tokenizer, tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    assert limits_of(PairSettings(str(folders("llama")[0]), str(tmp_path)), tokenizer) == Limits(48, len(tokenizer))


def test_a_template_that_is_no_text_is_named(folders, tmp_path):
    (tmp_path / "own.jinja").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"own\.jinja is no text .*; pass a chat template in Jinja, in UTF-8"):
        load_tokenizer(*folders("llama"), template=str(tmp_path / "own.jinja"))
