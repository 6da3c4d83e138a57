import random
from itertools import product

import pytest

from rlvr_direction.lab.tasks import ROLES, PointerTree, Problem

TASK = PointerTree()
WORKED = Problem("abc bde cfg d.. e.. f.. g.. a>g\n", ">c>g")
SHORT = {"copy": "c", "decide": "d", "format": "f", "first_error": "X"}


def shorthand(response: str) -> str:
    return "".join(SHORT[role] for role in TASK.roles(WORKED, response))


def mutated(text: str, rng: random.Random) -> str:
    """One random edit: a character dropped, replaced, doubled, or the text cut, extended or shuffled."""
    i = rng.randrange(len(text))
    noise = rng.choice(["", rng.choice(TASK.alphabet), chr(rng.randrange(0x110000)), text[i], text[i] * 2])
    return rng.choice([text[:i] + noise + text[i + 1 :], text[:i], text + noise, text[i:] + text[:i]])


def accepted(problem: Problem, response: str) -> bool:
    """The verifier's rule, derived a second time by following the table from the start."""
    *rows, ends = problem.prompt.split()
    table = {row[0]: row[1:] for row in rows}
    *walks, last = response.split("\n")
    grammatical = all(
        len(w) == 4 and set(w[::2]) <= set("<>") and set(w[1::2]) <= set("abcdefg") for w in [*walks, last[:-1]]
    )
    if not grammatical or len(walks) > 4 or last[-1] != "!":
        return False
    node = table[ends[0]]["<>".index(last[0])]
    return last[1] == node and last[3] == ends[2] and last[3] == table[node]["<>".index(last[2])]


def test_a_hundred_thousand_random_and_mutated_texts_are_judged_and_labelled_without_raising():
    rng = random.Random(0)
    corpus = TASK.corpus(2000, seed=1)
    for k in range(100_000):
        problem, text = rng.choice(corpus)
        text = mutated(text, rng)
        if k % 4 == 0:
            text = "".join(rng.choices(TASK.alphabet, k=rng.randrange(20)))
        assert TASK.reward(problem, text) == accepted(problem, text)
        if k % 10 == 0:
            roles = TASK.roles(problem, text)
            assert len(roles) == len(text) and set(roles) <= set(ROLES) - {"compute"}


@pytest.mark.parametrize(
    "response",
    [
        "",
        "!",
        "g!",
        ">c>g",
        ">c>g?",
        ">c>g\n",
        ">c>g!\n",
        ">c>g! ",
        ">c>g!!",
        ">c>g!>c>g!",
        ">c>g!\n>c>g!",
        ">>g!",
        "c>g!",
        ">c<g!",
        ">b>g!",
        "<c>g!",
        "<b<d!",
        ">c>g>c>g!",
        "<b<d\n\n>c>g!",
        "<b<h\n>c>g!",
        "<b<d?\n>c>g!",
        "<b<d\n" * 5 + ">c>g!",
        "<b<d\n" * 5000 + ">c>g!",
        "<b" * 5000,
        "٣" * 5000,
    ],
)
def test_a_repeated_claim_a_skipped_token_or_anything_outside_the_grammar_fails(response):
    assert TASK.reward(WORKED, response) == 0.0
    assert len(TASK.roles(WORKED, response)) == len(response)


@pytest.mark.parametrize("response", [">c>g!", "<b<d\n>c>g!", "<a>a\n>c>g!", ">c>g\n>c>g!", "<b<d\n" * 4 + ">c>g!"])
def test_a_right_last_walk_passes_after_any_grammatical_walks(response):
    assert TASK.reward(WORKED, response) == 1.0


def test_exactly_one_of_all_single_walks_is_accepted():
    walks = ["".join(w) + "!" for w in product("<>", "abcdefg", "<>", "abcdefg")]
    assert [walk for walk in walks if TASK.reward(WORKED, walk)] == [">c>g!"]


@pytest.mark.parametrize(
    ("response", "roles"),
    [
        (">c>g!", "dcdcd"),
        ("<b<d\n>c>g!", "dcdcd" * 2),
        ("<b<d?", "dcdcd"),
        ("<b<e\n>b>g!", "dcdXd" + "dcdcd"),  # only the first of two mis-copied nodes
        ("<c>g!", "dXdcd"),  # the second node is right, given the first as written
        ("<b<d!", "dcdcX"),
        (">c>g?", "dcdcX"),
        (">c>g\n>c>g!", "dcdcX" + "dcdcd"),
        (">c>g!>c", "dcdcd" + "ff"),
        ("<b<d\n>c", "dcdcd" + "ff"),
        ("<b<d\n" * 6, "dcdcd" * 5 + "fffff"),
        ("?", "f"),
    ],
)
def test_roles_of_worked_examples(response, roles):
    assert shorthand(response) == roles


def test_a_corpus_without_slips_has_no_error_and_succeeds_exactly_where_it_claims():
    for problem, response in PointerTree(slip=0.0).corpus(3000, seed=2):
        assert TASK.reward(problem, response) == response.endswith("!")
        assert "first_error" not in TASK.roles(problem, response)


def corpus_accuracy(task):
    """The expected reward of a corpus response.

    A walk is right if both nodes are and both directions lead to the goal. It is claimed if its last node is the goal,
    which a slip can also bring about: onto the goal itself, or onto the goal's parent or the goal one step earlier.
    """
    right = (1 - task.slip + task.slip / 7) ** 2 / 4
    led_to_goal = (1 - task.slip) / 4 + task.slip * (1 / 2 + 1) / 7
    claimed = (1 - task.slip) * led_to_goal + task.slip / 7
    return right * sum(((1 - claimed) * task.retry) ** k for k in range(task.max_walks))


@pytest.mark.parametrize("task", [TASK, PointerTree(retry=0.8, slip=0.4, max_walks=3)], ids=["default", "noisy"])
def test_corpus_responses_are_right_as_often_as_their_walks_imply(task):
    n, expected = 20_000, corpus_accuracy(task)
    accuracy = sum(task.reward(problem, response) for problem, response in task.corpus(n, seed=7)) / n
    assert abs(accuracy - expected) < 4 * (expected * (1 - expected) / n) ** 0.5
    assert corpus_accuracy(TASK) == pytest.approx(0.296, abs=5e-4)


def test_the_two_splits_hold_every_table_once_and_refuse_to_give_more():
    sizes = {}
    for split in ("train", "test"):
        with pytest.raises(ValueError, match=f"the {split} split has") as error:
            TASK.problems(30_000, seed=0, split=split)
        sizes[split] = int(str(error.value).split("split has ")[1].split(":")[0])
    assert sum(sizes.values()) == 20_160
    prompts = {p.prompt for split, size in sizes.items() for p in TASK.problems(size, seed=0, split=split)}
    assert len(prompts) == 20_160


@pytest.mark.parametrize("knobs", [{"retry": 1.5}, {"slip": -0.1}, {"max_walks": 0}])
def test_knobs_out_of_range_are_refused(knobs):
    with pytest.raises(ValueError):
        PointerTree(**knobs)
