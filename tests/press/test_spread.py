"""A reader's number among recorded ones: the sentence and the drawing say the same."""

import pytest
from bs4 import BeautifulSoup

from rlvr_direction.press.spread import among_seeds


@pytest.mark.parametrize(
    ("here", "said"),
    [
        (0.4, "3 recorded runs gave 0.3 to 0.5, so it lies among them"),
        (0.2, "3 recorded runs gave 0.3 to 0.5, so it lies 0.1 below them"),
        (0.75, "3 recorded runs gave 0.3 to 0.5, so it lies 0.25 above them"),
    ],
)
def test_it_says_where_the_number_lies(here, said):
    bundle = among_seeds("reward", here, [0.3, 0.5, 0.45])._repr_mimebundle_()
    assert bundle["text/plain"] == f"reward: {here} in this run; {said}."
    assert said in BeautifulSoup(bundle["text/html"], "html.parser").get_text()


@pytest.mark.parametrize(
    ("here", "error", "said"),
    [
        (0.2906, 0.03, "reward: 0.291 ± 0.03 (one standard error) in this run; 2 recorded runs gave 0.3 to 0.5,"),
        (0.2906, 0.03, "so it lies 0.009 below them, within two standard errors: chance can explain that"),
        (0.559, 0.03, "so it lies 0.059 above them, within two standard errors: chance can explain that"),
        (0.561, 0.03, "more than two standard errors: chance alone can hardly explain that"),
        (0.4, 0.03, "so it lies among them."),
    ],
)
def test_with_its_standard_error_it_says_whether_chance_can_explain_the_distance(here, error, said):
    assert said in among_seeds("reward", here, [0.3, 0.5], error=error)._repr_mimebundle_()["text/plain"]


def test_a_seed_that_is_run_again_is_compared_with_itself_and_not_placed_among_all():
    said = among_seeds("gain", 0.301, [0.3, 0.5], again=0)._repr_mimebundle_()["text/plain"]
    assert said == (
        "gain: 0.301 in this run, which repeats seed 0: 0.3 when recorded, and it should agree; "
        "the 2 recorded seeds span 0.3 to 0.5."
    )


def test_the_dot_lies_among_the_strokes_as_the_number_among_the_numbers():
    drawn = BeautifulSoup(among_seeds("<b>", 0.4, [0.3, 0.5])._repr_mimebundle_()["text/html"], "html.parser")
    assert drawn.p.get_text().startswith("Your number here. <b>: 0.4")
    _, low, high = drawn.svg("line")
    assert [float(x) for x in (low["x1"], drawn.circle["cx"], high["x1"])] == pytest.approx([8, 150, 292])


def test_equal_numbers_are_drawn_too_and_one_has_no_spread():
    assert "0.3" in among_seeds("reward", 0.3, [0.3, 0.3])._repr_mimebundle_()["text/plain"]
    with pytest.raises(ValueError, match="no spread"):
        among_seeds("reward", 0.3, [0.3])
