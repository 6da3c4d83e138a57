import random

import pytest

from rlvr_direction.lab.tasks import ROLES, Arithmetic, Problem

TASK = Arithmetic()
WORKED = Problem("Q:7+5*3-4\n", "18")
RIGHT = "=7+15-4\n~18\nA:18"
CORPUS_ACCURACY = 0.252  # documented in the class
SHORT = {"copy": "c", "compute": "v", "decide": "d", "format": "f", "first_error": "X"}


def shorthand(response: str, problem: Problem = WORKED) -> str:
    return "".join(SHORT[role] for role in TASK.roles(problem, response))


def mutated(text: str, rng: random.Random) -> str:
    """One random edit: a character dropped, replaced, doubled, or the text cut, extended or shuffled."""
    i = rng.randrange(len(text))
    noise = rng.choice(["", rng.choice(TASK.alphabet), chr(rng.randrange(0x110000)), text[i], text[i] * 2])
    return rng.choice([text[:i] + noise + text[i + 1 :], text[:i], text + noise, text[i:] + text[:i]])


def follows_the_grammar(problem: Problem, response: str) -> bool:
    """The verifier's rule, derived a second time by splitting instead of matching."""
    *steps, last = response.split("\n")
    operations = sum(c in "+-*" for c in problem.prompt)
    for step in steps:
        numbers = step[1:].replace("+", " ").replace("-", " ").replace("*", " ").split(" ")
        if not all(0 < len(x) <= 3 and set(x) <= set("0123456789") for x in numbers):
            return False
        operations -= {"=": 1, "~": 2}.get(step[:1], 99)
        if operations != len(numbers) - 1:
            return False
    return bool(steps) and operations == 0 and last == "A:" + steps[-1][1:]


def test_corpus_texts_follow_the_grammar_so_that_only_their_value_decides():
    for problem, response in TASK.corpus(2000, seed=0):
        assert follows_the_grammar(problem, response)
        assert TASK.reward(problem, response) == (response.split("A:")[1] == problem.answer)
        assert TASK.roles(problem, response)[-1] != "format"


def test_a_hundred_thousand_random_and_mutated_texts_are_judged_and_labelled_without_raising():
    rng = random.Random(0)
    corpus = TASK.corpus(1000, seed=1)
    for k in range(100_000):
        problem, text = rng.choice(corpus)
        text = mutated(text, rng)
        if k % 4 == 0:
            text = "".join(rng.choices(TASK.alphabet, k=rng.randrange(20)))
        rewarded = TASK.reward(problem, text)
        assert rewarded in (0.0, 1.0)
        if rewarded:
            assert follows_the_grammar(problem, text) and int(text.split("A:")[1]) == int(problem.answer)
        if k % 20 == 0:
            roles = TASK.roles(problem, text)
            assert len(roles) == len(text) and set(roles) <= set(ROLES)


@pytest.mark.parametrize(
    "response",
    [
        "",
        "A:18",
        "=+++",
        "=18\nA:18",
        "~18\nA:18",
        "=7+15-4\n~18\nA:18\n",
        "=7+15-4\n~18\nA:18 ",
        "=7+15-4\n~18\nA:18A:18",
        "=7+15-4\n~18\nA:18\nA:18",
        "=7+15-4\n~18\n=18\nA:18",
        "=7+15-4\n~18\nA:17",
        "=7+15-4\n~17\nA:18",
        "=7+15-4\n~18\nA:٣",
        "=7+15-4\n~1٨\nA:18",
        "=7+15-4\n~18\nA:",
        "=7+15-4\n18\nA:18",
        "=7+15-4\n~18A:18",
        "=7+15-4\n=22-4\nA:18",
        "=7+15--4\n~18\nA:18",
        "=7+15-4\n~018\nA:18",
        "=" + "9" * 5000 + "\nA:" + "9" * 5000,
        "=" + "1+" * 5000 + "1\nA:18",
        "=7+15-4\n~18\nA:" + "0" * 5000 + "18",
    ],
)
def test_a_repeated_answer_a_skipped_token_or_anything_outside_the_grammar_fails(response):
    assert TASK.reward(WORKED, response) == 0.0
    assert len(TASK.roles(WORKED, response)) == len(response)


def test_a_chain_with_the_right_answer_passes_even_if_a_value_on_the_way_is_wrong():
    assert TASK.reward(WORKED, RIGHT) == 1.0
    assert TASK.reward(WORKED, "=7+15-4\n=22-4\n=18\nA:18") == 1.0
    assert TASK.reward(WORKED, "~99-4\n=18\nA:18") == 1.0
    assert TASK.reward(WORKED, "~22-4\n=17\nA:17") == 0.0


@pytest.mark.parametrize(
    ("response", "roles"),
    [
        (RIGHT, "dccvvccf" + "dvvf" + "ffcc"),
        ("~22-4\n=18\nA:18", "dvvccf" + "dvvf" + "ffcc"),
        ("=7+16-4\n~19\nA:19", "dccXXccf" + "dvvf" + "ffcc"),  # the second line is right, given the first
        ("=7+15-5\n~18\nA:18", "dccvvcXf" + "dvvf" + "ffcc"),  # a mis-copied operand; the later error is not the first
        ("=8+15-4\n~18\nA:18", "dXcvvccf" + "dvvf" + "ffcc"),
        ("=7+15-4\n~17\nA:18", "dccvvccf" + "dXXf" + "ffcc"),
        ("=7+15-4\n~18\nA:81", "dccvvccf" + "dvvf" + "ffXX"),
        ("=7+15\n~18\nA:18", "dXXXXf" + "ffffffff"),  # an operation went missing: nothing after can be followed
        ("=7+15-4\n~18\nA:18!?", "dccvvccf" + "dvvf" + "ffcc" + "ff"),
        ("=7+15-4\nA:7", "dccvvccf" + "ffX"),
        ("=7+15-", "ffffff"),
        ("=007+15-4\n", "dccccvvccf"),
    ],
)
def test_roles_of_worked_examples(response, roles):
    assert shorthand(response) == roles


def test_a_jump_computes_two_values_where_the_operations_do_not_touch():
    problem = Problem("Q:2*3-1+4*5\n", "25")
    assert shorthand("~6-1+20\n~25\nA:25", problem) == "dvcccvvf" + "dvvf" + "ffcc"
    assert shorthand("~5+20\n", Problem("Q:9-4+20\n", "25")) == "dXXXXf"


def test_right_work_has_no_error_and_a_wrong_answer_has_one():
    for problem, response in TASK.corpus(1000, seed=2):
        erred = "first_error" in TASK.roles(problem, response)
        assert erred or TASK.reward(problem, response) == 1.0
    sure = Arithmetic(jump_right=1.0, noise=0.0)
    for problem, response in sure.corpus(1000, seed=2):
        assert TASK.reward(problem, response) == 1.0
        assert "first_error" not in TASK.roles(problem, response)


def test_the_knobs_set_the_share_of_careful_steps():
    assert all("~" not in response for _, response in Arithmetic(careful=1.0).corpus(300, seed=0))
    assert all(response[0] == "~" for _, response in Arithmetic(careful=0.0).corpus(300, seed=0))


def test_prompts_stay_between_0_and_99_by_python_s_own_arithmetic():
    for problem in TASK.problems(500, seed=0):
        assert eval(problem.prompt[2:-1]) == int(problem.answer)
        assert 0 <= int(problem.answer) <= 99
        assert 3 <= sum(problem.prompt.count(sign) for sign in "+-*") <= 5


def test_the_documented_corpus_accuracy_holds_within_four_standard_errors():
    n = 6000
    accuracy = sum(TASK.reward(problem, response) for problem, response in TASK.corpus(n, seed=7)) / n
    assert abs(accuracy - CORPUS_ACCURACY) < 4 * (CORPUS_ACCURACY * (1 - CORPUS_ACCURACY) / n) ** 0.5


def test_more_problems_than_a_split_holds_are_refused():
    with pytest.raises(ValueError, match="ask for fewer"):
        Arithmetic(min_operations=1, max_operations=1).problems(1000, seed=0)


@pytest.mark.parametrize(
    "knobs", [{"careful": 1.5}, {"noise": -0.1}, {"min_operations": 0}, {"min_operations": 4, "max_operations": 3}]
)
def test_knobs_out_of_range_are_refused(knobs):
    with pytest.raises(ValueError):
        Arithmetic(**knobs)
