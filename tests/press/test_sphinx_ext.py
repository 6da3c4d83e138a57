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
