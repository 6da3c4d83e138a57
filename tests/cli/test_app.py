"""Every command explains itself, and refuses names it does not know with those it does."""

import pytest


@pytest.mark.parametrize("command", ["toy", "train", "score", "decode", "report", "study", "audit", "book"])
def test_help_ends_with_an_example(call, command):
    shown = call(command, "--help")
    assert shown.exit_code == 0 and f"Example: rlvr-direction {command}" in shown.output


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (("toy", "chess", "--out", "OUT"), "no task is called 'chess'; choose from arithmetic, pointer_tree"),
        (("study", "magic", "--task", "arithmetic", "--out", "OUT"), "no study is called 'magic'"),
        (("study", "separation", "--task", "chess", "--out", "OUT"), "no task is called 'chess'"),
        (("study", "alchemy", "--task", "arithmetic", "--out", "OUT"), "no study is called 'alchemy'"),
        (("score", "a", "b", "/no/texts.jsonl", "--out", "OUT"), "/no/texts.jsonl is not a file"),
        (("book", "--profile", "huge"), "there is no profile 'huge'"),
    ],
)
def test_unknown_names_are_refused_with_the_choices(refused, call, tmp_path, words, phrase):
    done = call(*(tmp_path / "out" if word == "OUT" else word for word in words))
    assert refused(done, phrase), done.output
    assert not list(tmp_path.iterdir())
