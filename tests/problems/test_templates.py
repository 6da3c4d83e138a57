"""The prompts of public RL runs, as their code writes them."""

import pytest

from rlvr_direction.problems import TEMPLATES, stops_of
from rlvr_direction.prompts import prepared, render

R1 = (
    "A conversation between User and Assistant. The User asks a question, and the Assistant solves it. The Assistant "
    "first thinks about the reasoning process in the mind and then provides the User with the answer. The reasoning "
    "process is enclosed within <think> </think> and answer is enclosed within <answer> </answer> tags, respectively, "
    "i.e., <think> reasoning process here </think> <answer> answer here </answer>."
)
CHAT = "<|im_start|>system\n{}<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
BOXED = "Please reason step by step, and put your final answer within \\boxed{}."
WRITTEN = {
    "abel": "Question:\n{What} is 1+1?\nAnswer:\nLet's think step by step.\n",
    "qwen-boxed": CHAT.format("You are a helpful assistant.", "{What} is 1+1?\n" + BOXED),
    "qwen-math": CHAT.format(BOXED, "{What} is 1+1?"),
    "r1": R1 + "\nUser: {What} is 1+1?\nAssistant: <think>",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_template_writes_what_the_runs_code_writes(tokenizer, name):
    shown = render(prepared(tokenizer, TEMPLATES[name].text), "{What} is 1+1?")
    assert shown == WRITTEN[name]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_holds_the_problem_and_says_where_it_is_written(tokenizer, name):
    own = prepared(tokenizer, TEMPLATES[name].text)
    shown = render(own, "1+1={% x %}")
    assert "1+1={% x %}" in shown and len(shown) > 30 and TEMPLATES[name].source
    with pytest.raises(ValueError, match="it takes one user message"):
        render(own, [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}])


def test_a_run_that_thinks_in_tags_stops_at_the_last_of_them():
    assert TEMPLATES["orz"].stop == TEMPLATES["r1"].stop == ("</answer>",) and not TEMPLATES["abel"].stop


def test_the_commands_help_names_every_template(call):
    shown = " ".join(call("decode", "--help").output.split())
    assert all(f" {name}" in shown for name in TEMPLATES)


@pytest.mark.parametrize(
    ("template", "given", "stops"),
    [
        ("orz", None, ("</answer>",)),
        ("orz", ["\n\n", "Q:"], ("\n\n", "Q:")),
        ("orz", [], ()),
        ("abel", None, ()),
        ("none", None, ()),
        ("my/own.jinja", None, ()),
        (None, ["."], (".",)),
    ],
)
def test_a_response_ends_with_the_texts_given_or_else_with_those_of_a_named_template(template, given, stops):
    assert stops_of(template, given) == stops


def test_an_empty_text_would_end_every_response_and_is_refused():
    with pytest.raises(ValueError, match=r"stop is .*; expected texts, none of them empty"):
        stops_of("orz", ["Q:", ""])
