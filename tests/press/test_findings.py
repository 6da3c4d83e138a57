"""The sentences of the front page: they tell the recorded verdicts and no others."""

import pytest

from rlvr_direction.press import ledger, site
from rlvr_direction.press.findings import FINDINGS, findings


@pytest.fixture
def claims():
    return ledger.read_claims(site.claims_file())


def test_the_sentences_tell_the_recorded_verdicts(claims):
    assert findings(claims).count("\n- ") == len(FINDINGS) - 1


def test_a_sentence_has_the_recorded_estimates(claims):
    (lead,) = [row["value"] for row in claims if (row["id"], row["task"]) == ("C4c", "arithmetic")]
    assert f"gain {100 * lead:+.1f} points" in findings(claims) and "{" not in findings(claims)


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.sentence[:20])
def test_a_verdict_that_changed_stops_the_page(claims, finding):
    id = next(iter(finding.rests_on))
    other = {"reproduced": "not reproduced", "not reproduced": "inconclusive", "inconclusive": "reproduced"}
    changed = [row | ({"verdict": other[row["verdict"]]} if row["id"] == id else {}) for row in claims]
    with pytest.raises(ValueError, match=f"tells of {id} as"):
        findings(changed)
