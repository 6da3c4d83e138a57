"""What the pages need besides the theme: readable docstrings, and no script of another host."""

from types import SimpleNamespace

from rlvr_direction.press import sphinx_ext


def test_a_docstring_is_prose_with_code_and_examples():
    lines = ["The *batch of `a|b` || pi_", "", ">>> f(*x)", "'_'", "", "after_"]
    sphinx_ext.plain_docstring(None, "function", "f", None, None, lines)
    assert lines == ["The \\*batch of ``a|b`` \\|\\| pi\\_", "", ">>> f(*x)", "'_'", "", "after\\_"]


def test_code_may_span_lines_but_not_paragraphs():
    lines = ["The columns `a_b,", "c_d`, a list each.", "", "One ` alone", "", "and_ `e_f`"]
    sphinx_ext.plain_docstring(None, "function", "f", None, None, lines)
    assert lines == ["The columns ``a_b,", "c_d``, a list each.", "", "One \\` alone", "", "and\\_ ``e_f``"]


def test_what_python_says_of_a_field_is_left_out():
    lines = ["Alias for field number 0", ""]
    sphinx_ext.plain_docstring(None, "attribute", "base", None, None, lines)
    assert lines == []


def test_thebe_and_repeated_scripts_are_dropped_and_the_rest_stays():
    inline = SimpleNamespace(filename=None, attributes={"body": "let a = 1"})
    thebe = SimpleNamespace(filename=None, attributes={"body": "const THEBE_JS_URL = 'https://unpkg.com'"})
    files = [SimpleNamespace(filename=f"{name}.js", attributes={}) for name in ("book", "theme")]
    context = {"script_files": [inline, thebe, *files, inline]}
    sphinx_ext.drop_thebe(None, "index", "page.html", context, None)
    assert context["script_files"] == [inline, *files]


def test_a_drawn_picture_stands_in_the_page_in_both_layouts_with_its_description_and_no_other_image_is_touched():
    other = '<img alt="a chart" src="_images/direction.svg" />'
    context = {"body": f'<p><img alt="how &amp; why" class="x" src="_images/decoder.svg" /></p>{other}'}
    sphinx_ext.put_pictures_in(None, "index", "page.html", context, None)
    assert context["body"].endswith(other) and context["body"].count("<img") == 1
    assert context["body"].count('<svg role="img" aria-label="how &amp; why"') == 2
    assert 'class="drawn wide"' in context["body"] and 'class="drawn narrow"' in context["body"]


def test_a_page_without_a_body_stays_as_it_is():
    context = {}
    sphinx_ext.put_pictures_in(None, "genindex", "genindex.html", context, None)
    assert context == {}
