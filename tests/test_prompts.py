"""A prompt is one text under every template, on every day."""

import copy

import pytest

from rlvr_direction.prompts import DATE, announced, described, digest, encode_prompt, prepared, render

USER = [{"role": "user", "content": "1+2"}]
ASK = "{% if add_generation_prompt %}a:{% endif %}"
WHOLE = "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}\n{% endfor %}" + ASK
PIECES = "{% for m in messages %}{{ m.role[0] + ':' + m.content + '\n' }}{% endfor %}" + ASK
DATED = "\n{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% endif %}\n\n" + WHOLE


@pytest.fixture
def chatty(tokenizer):
    """A function template -> the tokenizer with that chat template."""

    def build(template):
        changed = copy.deepcopy(tokenizer)
        changed.chat_template = template
        return changed

    return build


@pytest.mark.parametrize("template", [WHOLE, PIECES])
def test_a_string_is_one_user_message_and_messages_work_under_every_template(chatty, template):
    tokenizer = chatty(template)
    assert render(tokenizer, "1+2") == render(tokenizer, USER) == render(tokenizer, tuple(USER)) == "u:1+2\na:"
    turns = [{"role": "system", "content": "b"}, *USER]
    assert render(tokenizer, turns) == "s:b\nu:1+2\na:"


def test_an_answer_that_was_begun_is_continued(chatty):
    begun = [*USER, {"role": "assistant", "content": "1+2="}]
    assert render(chatty(WHOLE), begun) == "u:1+2\na:1+2="


def test_ids_are_those_of_the_text_and_a_plain_text_alone_gets_the_tokenizers_special_tokens(chatty, tokenizer):
    from tokenizers.processors import TemplateProcessing

    with_start = chatty(None)
    with_start.backend_tokenizer.post_processor = TemplateProcessing(single="<pad> $A", special_tokens=[("<pad>", 0)])
    assert encode_prompt(with_start, "1+2") == [0, *tokenizer.convert_tokens_to_ids(list("1+2"))]
    with_start.chat_template = WHOLE.replace("{{ m.role[0] }}", "b").replace("a:", "a")
    assert encode_prompt(with_start, "1+2") == tokenizer.convert_tokens_to_ids(list("b:1+2\na"))


def test_the_date_stands_still_and_nothing_else_moves(chatty):
    assert render(chatty(DATED), "1+2") == f"\n{DATE:%d %b %Y}\nu:1+2\na:"
    without = DATED.replace("{{ strftime_now('%d %b %Y') }}", "")
    assert render(chatty(DATED), "1+2").replace(f"{DATE:%d %b %Y}", "") == render(chatty(without), "1+2")


@pytest.mark.parametrize("prompt", [[], [{"role": "user"}]])
@pytest.mark.parametrize("template", [None, WHOLE])
def test_what_is_no_prompt_is_refused(chatty, template, prompt):
    with pytest.raises(ValueError, match="expected a string, or a list of messages"):
        render(chatty(template), prompt)


def test_messages_need_a_template_that_takes_them(chatty, tokenizer):
    with pytest.raises(ValueError, match="the tokenizer has no chat template; pass a string"):
        encode_prompt(tokenizer, USER)
    with pytest.raises(ValueError, match=r"refuses messages of the roles \['user'\]: no users"):
        render(chatty("{{ raise_exception('no users') }}"), USER)


def test_a_digest_names_the_prompts_their_order_and_where_each_ends():
    prompts = [[1, 2], [3]]
    others = ([[3], [1, 2]], [[1], [2, 3]], [[1, 2, 3]], [[1, 2], [4]], [[1, 2], [3], []])
    assert digest(prompts) == digest(tuple(map(tuple, prompts)))
    assert len({digest(prompts), *map(digest, others)}) == 6


def test_how_prompts_are_encoded_is_said_with_the_date_where_a_template_asks_for_it(chatty, tokenizer):
    assert described(tokenizer) == "used as they are, without a chat template"
    assert described(chatty(WHOLE)) == "by a chat template"
    assert described(chatty(DATED)) == f"by a chat template, its date fixed at {DATE}"


def test_a_file_says_how_prompts_were_encoded_with_the_first_one_and_the_template(chatty, tokenizer):
    said = {"prompts": "by a chat template", "first prompt": "u:1+2\na:", "template": WHOLE}
    assert announced(chatty(WHOLE), "1+2") == said
    assert announced(tokenizer, "1+2") == {"prompts": described(tokenizer), "first prompt": "1+2", "template": None}


THINKS = WHOLE + "{% if enable_thinking %}<think>{% endif %}"


def test_a_prepared_copy_has_another_template_and_the_tokenizer_keeps_its_own(chatty):
    tokenizer = chatty(WHOLE)
    assert render(prepared(tokenizer, None), "1+2") == "1+2"
    assert render(prepared(tokenizer, THINKS, thinking=True), "1+2") == "u:1+2\na:<think>"
    assert render(prepared(tokenizer, THINKS, thinking=False), "1+2") == "u:1+2\na:"
    assert render(tokenizer, "1+2") == "u:1+2\na:"


def test_a_system_message_goes_before_prompts_that_have_none(chatty):
    own = prepared(chatty(None), WHOLE, system="be 'b\"rief\né")
    assert render(own, "1+2") == "s:be 'b\"rief\né\nu:1+2\na:"
    assert render(own, [{"role": "system", "content": "b"}, *USER]) == "s:b\nu:1+2\na:"
    assert DATED and render(prepared(chatty(None), DATED, system="b"), "1+2").endswith("s:b\nu:1+2\na:")


@pytest.mark.parametrize(
    ("template", "asked", "phrase"),
    [
        (None, {"system": "b"}, "a system message is asked for"),
        (WHOLE, {"thinking": True}, "thinking is asked for"),
        ("{{ messages[0].content }}", {"system": "b"}, "no template that knows of it"),
    ],
)
def test_what_no_template_shows_is_refused(chatty, template, asked, phrase):
    with pytest.raises(ValueError, match=phrase):
        prepared(chatty(None), template, **asked)


def test_token_ids_stay_as_they_are_and_are_shown_as_text(tokenizer):
    ids = tokenizer("1+1=")["input_ids"]
    assert encode_prompt(tokenizer, ids) == ids
    assert render(tokenizer, ids) == tokenizer.decode(ids)


@pytest.mark.parametrize(
    ("template", "why"), [("{{ 1 / 0 }}", "division by zero"), ("{{ raise_exception('one\ntwo') }}", "one two")]
)
def test_whatever_a_template_raises_is_said_in_one_line(chatty, template, why):
    with pytest.raises(ValueError, match=rf"refuses messages of the roles \['user'\]: {why}"):
        render(chatty(template), "1+1=")


@pytest.mark.parametrize("token", [-1, 10**30])
def test_what_no_vocabulary_has_is_no_token_id(tokenizer, token):
    with pytest.raises(ValueError, match=r"expected a string, or a list of messages .* or of token ids"):
        encode_prompt(tokenizer, [1, token])
