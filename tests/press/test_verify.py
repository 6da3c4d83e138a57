"""Faults that keep a site from being published: each is planted on a sound page and found."""

import json

import pytest

from rlvr_direction.press import verify

GOOD = '<a id="here" href="#here">x</a><a href="https://example.org">y</a><img src="b.png" alt="words">'
GOOD += f'<img src="data:image/png;base64,{"A" * 5000}" alt="words">'
FAULTS = {
    '<script src="https://cdn.example.org/x.js"></script>': "from another host",
    '<link rel="stylesheet" href="//cdn.example.org/x.css">': "from another host",
    '<a href="gone.html">x</a>': "not there",
    '<a href="#gone">x</a>': "not there",
    '<img src="b.png">': "without a description",
    '<div class="vl-fig"></div>': "without a description",
    "<pre>Traceback (most recent call last)</pre>": "traceback",
    '<div class="output traceback">x</div>': "traceback",
    f"<script>{'x' * verify.HEAVY}</script>": "more than 1.5 MB",
}
RECORD = {"id": "C1", "task": "arithmetic", "verdict": "reproduced", "value": 0.5, "low": 0.25, "high": 0.75}
RECORD |= {"unit": "share"}
CLAIM = """<div class="rlvr-claim" id="c1-arithmetic"><p class="admonition-title">C1 · arithmetic · reproduced</p>
<p>It is: <strong>0.5 [0.25, 0.75] share</strong></p></div>
<div class="rlvr-board"><div class="verdict"><a href="#c1-arithmetic">x</a> <strong>reproduced</strong></div></div>"""
UNTRUE = {
    "· reproduced": "· not reproduced",
    "[0.25, ": "[0.2, ",
    'id="c1-arithmetic"': 'id="c1-worded"><a id="c1-arithmetic"></a',
    "<strong>reproduced": "<strong>inconclusive",
}


@pytest.fixture
def built(tmp_path):
    (tmp_path / "b.png").write_bytes(b"")

    def make(body):
        (tmp_path / "page.html").write_text(body)
        return verify.verify(tmp_path)

    return make


def test_a_sound_page_has_nothing_wrong(built):
    assert built(GOOD) == []


@pytest.mark.parametrize(("fault", "message"), FAULTS.items())
def test_each_fault_is_found(built, fault, message):
    (wrong,) = built(GOOD + fault)
    assert message in wrong


def test_a_style_sheet_that_fetches_is_found(built, tmp_path):
    (tmp_path / "a.css").write_text("@import 'https://fonts.example.org/x'; a { src: url(//cdn.example.org/f.woff) }")
    assert len(built(GOOD)) == 2


def test_an_empty_site_is_a_fault(tmp_path):
    assert "no page" in verify.verify(tmp_path)[0]


@pytest.fixture
def judged(built, tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "verdicts.json").write_text(json.dumps([RECORD]))
    return built


def test_a_claim_that_says_what_its_data_say_has_nothing_wrong(judged):
    assert judged(CLAIM) == []


@pytest.mark.parametrize(("said", "untrue"), UNTRUE.items())
def test_a_claim_whose_text_and_data_disagree_is_found(judged, said, untrue):
    (wrong,) = judged(CLAIM.replace(said, untrue))
    assert "its data" in wrong


def test_a_heavy_picture_counts(built, tmp_path):
    (tmp_path / "b.png").write_bytes(bytes(verify.HEAVY))
    (wrong,) = built(GOOD)
    assert "more than 1.5 MB" in wrong
