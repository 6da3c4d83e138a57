"""Faults that keep a site from being published: each is planted on a sound page and found."""

import pytest

from rlvr_direction.press import verify

GOOD = '<a id="here" href="#here">x</a><a href="https://example.org">y</a><img src="b.png" alt="words">'
FAULTS = {
    '<script src="https://cdn.example.org/x.js"></script>': "from another host",
    '<link rel="stylesheet" href="//cdn.example.org/x.css">': "from another host",
    '<a href="gone.html">x</a>': "not there",
    '<a href="#gone">x</a>': "not there",
    '<img src="b.png">': "without a description",
    '<div class="vl-fig"></div>': "without a description",
    "<pre>Traceback (most recent call last)</pre>": "traceback",
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
