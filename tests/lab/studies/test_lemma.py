"""The study of Lemma 3.1: a part per temperature, and a table that can be judged."""

import pandas as pd

from rlvr_direction.lab.claims import c3a
from rlvr_direction.lab.studies.lemma import plan


def test_the_lemma_holds_to_rounding_at_both_temperatures():
    table = pd.concat([part() for part in plan("pointer_tree", seeds=1, n=6)], ignore_index=True)
    assert table["temperature"].tolist() == [1.0, 0.7] and (table["tokens"] > 50).all()
    row, from_odds = c3a.judge({"lemma": {"pointer_tree": table}})
    assert from_odds.verdict == "reproduced" and table["error"][0] < 1e-9
    assert from_odds.value <= row.value < 1e-6
