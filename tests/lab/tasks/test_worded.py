"""The worded task: its grammar, its verifier against hostile text, its roles and its corpus."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from rlvr_direction.lab.tasks import ROLES, WORDED, Problem, Worded
from rlvr_direction.lab.tasks.wording import NAMES, OPENERS, THINGS

MAYA = Problem("maya has 7 plus 5 times 3 minus 4 marbles . how many ?", "32")
RIGHT = (
    "now for the marbles , one : 12 times 3 minus 4 . so we are left with , two : 30 . undo : 12 times 3 minus 4 . "
    "step by step for maya , one : 36 minus 4 . check : right . and so there are , one : 32 . answer 32"
)
SHORT = {"copy": "c", "compute": "v", "decide": "d", "wording": "w", "format": "f", "first_error": "X"}


def shorthand(response: str) -> str:
    return "".join(SHORT[role] for role in WORDED.roles(MAYA, response))


def accepted(problem: Problem, response: str) -> bool:
    """The verifier's rule, derived a second time by walking over words."""
    prompt, words = problem.prompt.split(), response.split(" ")
    start = next(i for i, word in enumerate(prompt) if word.isdigit())
    stop = max(i for i, word in enumerate(prompt) if word.isdigit())
    name, thing = next(w for w in prompt if w in NAMES), next(w for w in prompt if w in THINGS)
    phrases = [opener.format(name=name, thing=thing) for opener in OPENERS]
    stack, previous = [prompt[start : stop + 1]], None
    while "." in words:
        sentence, words = words[: words.index(".")], words[words.index(".") + 1 :]
        head, _, tail = " ".join(sentence).partition(" : ")
        line = tail.split()
        if head == "check":
            if tail != "right" or previous != "step":
                return False
            previous = "check"
            continue
        numbers, signs = line[::2], line[1::2]
        fine = line and len(line) % 2 and " ".join(line) == tail and set(signs) <= {"plus", "minus", "times"}
        if not fine or any(n not in map(str, range(100)) for n in numbers):
            return False
        if head == "undo":
            stack.pop()
            if not stack or stack[-1] != line:
                return False
            previous = "undo"
            continue
        phrase, _, mode = head.partition(" , ")
        if phrase not in phrases or mode not in ("one", "two"):
            return False
        if len(stack[-1]) - len(line) != {"one": 2, "two": 4}[mode]:
            return False
        stack.append(line)
        previous = "step"
    return words == ["answer", problem.answer] and stack[-1] == [problem.answer]


def mutated(text: str, rng: random.Random) -> str:
    """One random edit of words: dropped, replaced, doubled, swapped, or the text cut."""
    words = text.split(" ")
    i = rng.randrange(len(words))
    noise = rng.choice([[], [rng.choice(WORDED.alphabet)], [chr(rng.randrange(33, 0x10000))], [words[i]] * 2, ["\n"]])
    return " ".join(rng.choice([words[:i] + noise + words[i + 1 :], words[:i], words + noise, words[i:] + words[:i]]))


def test_the_worked_example_is_right_and_labelled_word_by_word():
    assert WORDED.reward(MAYA, RIGHT) == 1.0
    step, wrong, undo = "wwwwf" + "df" + "vcccc" + "f", "wwwww" + "f" + "df" + "X" + "f", "df" + "ccccc" + "f"
    rest = "wwwww" + "fdf" + "vcc" + "f" + "dfff" + "wwww" + "fdf" + "v" + "f" + "fc"
    assert shorthand(RIGHT) == step + wrong + undo + rest


@pytest.mark.parametrize(
    "response",
    [
        "",
        "answer 32",
        RIGHT[: -len(" answer 32")],
        RIGHT.replace("answer 32", "answer 33"),
        RIGHT.replace("one : 32", "one : 33").replace("answer 32", "answer 33"),
        RIGHT + " answer 32",
        RIGHT + " .",
        RIGHT.replace("undo : 12 times 3 minus 4", "undo : 12 times 3 minus 3"),
        RIGHT.replace("undo : 12 times 3 minus 4 . ", "", 1),
        RIGHT.replace("so we are left with , two", "so we are left with , one"),
        RIGHT.replace("marbles", "apples"),
        RIGHT.replace("maya", "zoe"),
        RIGHT.replace("now for the marbles", "now for now for the marbles"),
        RIGHT.replace("check : right", "check : right . check : right"),
        RIGHT.replace("answer 32", "answer 032"),
        RIGHT.replace(" ", "  ", 1),
        "undo : 7 plus 5 times 3 minus 4 . " + RIGHT,
        "check : right . " + RIGHT,
    ],
)
def test_whatever_breaks_the_grammar_or_the_answer_is_wrong(response):
    assert WORDED.reward(MAYA, response) == 0.0 and not accepted(MAYA, response)


def test_wrong_values_on_the_way_and_any_phrase_do_not_matter():
    assert WORDED.reward(MAYA, RIGHT.replace("one : 36 minus 4", "one : 35 minus 4")) == 1.0
    assert WORDED.reward(MAYA, RIGHT.replace("and so there are", "back to the count of marbles")) == 1.0


def test_the_first_error_alone_is_marked():
    roles = shorthand(RIGHT.replace("one : 36 minus 4", "one : 35 minus 4"))
    assert roles.count("X") == 1, "the undone value was the first"
    assert (
        shorthand("so we are left with , one : 12 times 4 minus 4 . answer 12")[:14] == "wwwww" + "fdf" + "vcXcc" + "f"
    )
    assert shorthand("undo : 7 . nonsense") == "df" + "X" + "f" + "f"


def test_tens_of_thousands_of_mutated_texts_are_judged_and_labelled_without_raising():
    rng = random.Random(0)
    corpus = WORDED.corpus(1000, seed=1)
    for k in range(20_000):
        problem, text = rng.choice(corpus)
        text = mutated(text, rng)
        assert WORDED.reward(problem, text) == accepted(problem, text), text
        if k % 10 == 0:
            roles = WORDED.roles(problem, text)
            assert len(roles) == len(text.split()) and set(roles) <= set(ROLES)


def test_the_corpus_prefers_the_sloppy_way_and_is_seldom_right():
    corpus = WORDED.corpus(4000, seed=2)
    words = Counter(word for _, text in corpus for word in text.split())
    assert words["two"] > 1.5 * words["one"] and words["undo"] and words["check"]
    assert 0.08 < sum(WORDED.reward(*row) for row in corpus) / 4000 < 0.2
    careful = replace(WORDED, careful=1.0, noise=0.0, doubt=0.0)
    assert all(careful.reward(*row) for row in careful.corpus(300, seed=3))


def test_a_problem_has_3_to_12_operations_and_every_value_on_the_way_lies_in_0_to_99():
    operations = {"plus": int.__add__, "minus": int.__sub__, "times": int.__mul__}
    lengths = set()
    for problem in WORDED.problems(500, seed=4):
        words = problem.prompt.split()
        signs = [i for i, word in enumerate(words) if word in operations]
        value = int(words[signs[0] - 1])
        for i in signs:
            value = operations[words[i]](value, int(words[i + 1]))
            assert 0 <= value <= 99
        assert str(value) == problem.answer
        lengths.add(len(signs))
    assert lengths == set(range(3, 13))


@pytest.mark.parametrize("setting", [{"careful": 1.2}, {"repair": -0.1}, {"min_operations": 5, "max_operations": 4}])
def test_impossible_settings_are_refused(setting):
    with pytest.raises(ValueError, match=r"careful|repair|operations"):
        Worded(**setting)
