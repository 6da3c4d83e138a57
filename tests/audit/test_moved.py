"""The tokens that RL moves most, against a table that was worked out by hand."""

import pandas as pd
import pytest

from rlvr_direction.audit.moved import most_moved


def tokens(*texts, source="base"):
    """A table of texts; each is a list of (token, delta_logp)."""
    rows = [
        {"text_id": i, "source": source, "position": p, "token_id": ord(token), "token": token, "delta_logp": delta}
        for i, text in enumerate(texts)
        for p, (token, delta) in enumerate(text)
    ]
    return pd.DataFrame(rows)


TABLE = tokens(
    [("a", -1.0), ("b", 0.5), ("a", -3.0)],
    [("b", -0.5), ("c", 4.0), ("a", 1.0)],
)  # |delta_logp| sums to 10


def test_tokens_are_ordered_by_all_that_they_moved():
    found = most_moved(TABLE, at_least=1)
    expected = {"token": ["a", "c", "b"], "n": [3, 1, 2], "mean": [-1.0, 4.0, 0.0], "share": [0.5, 0.4, 0.1]}
    expected["context"] = ["aba", "bc", "ab"]
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected))


def test_a_pair_that_is_one_model_moves_no_token():
    assert most_moved(TABLE.assign(delta_logp=0.0), at_least=1)["share"].tolist() == [0.0, 0.0, 0.0]


def test_rare_tokens_are_left_out_and_still_count_in_the_sum():
    found = most_moved(TABLE, at_least=2)
    assert found["token"].tolist() == ["a", "b"] and found["share"].tolist() == pytest.approx([0.5, 0.1])
    assert most_moved(TABLE, at_least=1, top=1)["token"].tolist() == ["a"]
    assert most_moved(TABLE).empty


def test_only_the_texts_of_one_model_are_read_in_any_order():
    both = pd.concat([TABLE, tokens([("z", 9.0)] * 6, source="rl").assign(text_id=7)]).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(most_moved(both, at_least=1), most_moved(TABLE, at_least=1))
    assert most_moved(both, of="rl")[["token", "n", "share"]].values.tolist() == [["z", 6, 1.0]]


def test_the_context_is_cut_where_a_text_is_long_and_never_reaches_into_another():
    long = tokens([("x", 0.0)] * 3, [(chr(ord("a") + i), 0.01 * i) for i in range(20)])
    context = most_moved(long, at_least=1, top=30).set_index("token")["context"]
    assert context["t"] == "…" + "hijklmnopqrst" and context["m"] == "abcdefghijklm" and context["b"] == "ab"
