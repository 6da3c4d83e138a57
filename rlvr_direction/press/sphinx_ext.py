"""What the pages need besides the theme: browser bundles, pictures, plain docstrings, words explained, `llms.txt`."""

import re
from html import unescape
from importlib.resources import files
from pathlib import Path

import vl_convert

from rlvr_direction.press import llms, terms
from rlvr_direction.press.display import VEGA_LITE
from rlvr_direction.press.pictures import PICTURES, layouts
from rlvr_direction.press.pictures.ink import described

__all__ = ["setup"]


def write_bundles(app, error) -> None:
    """Copy MathJax and Vega into the built site, so that no page loads them from another host."""
    if error or app.builder.format != "html":
        return
    vendor = Path(app.outdir, "_static", "vendor")
    vendor.mkdir(parents=True, exist_ok=True)
    # the bundle defines top-level constants: the function keeps them out of the page's own scope
    (vendor / "vega.js").write_text("(function(){" + vl_convert.javascript_bundle(vl_version=VEGA_LITE) + "\n})();\n")
    mathjax = files("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg.js"
    (vendor / "tex-svg.js").write_bytes(mathjax.read_bytes())


def drop_thebe(app, pagename, templatename, context, doctree) -> None:
    """Remove Thebe, which loads from another host, and inline scripts that Jupyter Book 1 repeats."""
    kept, seen = [], set()
    for script in context.get("script_files", []):
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        name = str(getattr(script, "filename", "") or "")
        if "THEBE_JS_URL" in body or name.endswith("sphinx-thebe.js") or body in seen:
            continue
        seen |= {body} - {""}
        kept.append(script)
    context["script_files"] = kept


def put_pictures_in(app, pagename, templatename, context, doctree) -> None:
    """Replace the image of a drawn picture by its two layouts, so that it follows the page's mode and width."""
    if "body" not in context:  # a page of the theme's own
        return
    image = rf'<img [^>]*src="[^"]*/({"|".join(PICTURES)})\.svg"[^>]*>'
    context["body"] = re.sub(image, _with_layouts, context["body"])


def _with_layouts(image: re.Match) -> str:
    """Both layouts of a picture in place of its image, with the description that the image had."""
    (said,) = re.findall(r'alt="([^"]*)"', image[0])
    return described(layouts(image[1]), unescape(said))


def plain_docstring(app, what, name, obj, options, lines: list[str]) -> None:
    """Read a docstring as prose in which only `code` is markup. Examples stay as they are."""
    if lines[:1] and lines[0].startswith("Alias for field number"):  # Python's own words on a field of a NamedTuple
        lines.clear()
        return
    paragraphs = "\n".join(lines).split("\n\n")
    plain = [text if text.lstrip().startswith(">>>") else _prose(text) for text in paragraphs]
    lines[:] = "\n\n".join(plain).split("\n")


def _prose(text: str) -> str:
    """A paragraph as reStructuredText: code becomes a literal, which may span lines, and all else is escaped."""
    return re.sub(r"`+([^`]+)`+|[\\*|_`]", lambda found: f"``{found[1]}``" if found[1] else f"\\{found[0]}", text)


def setup(app) -> dict:
    """Register these hooks with Sphinx."""
    app.connect("build-finished", write_bundles)
    app.connect("html-page-context", drop_thebe, priority=950)
    app.connect("html-page-context", put_pictures_in)
    app.connect("autodoc-process-docstring", plain_docstring)
    app.connect("doctree-resolved", terms.mark_terms)
    app.connect("html-page-context", terms.add_definitions, priority=400)  # before MathJax asks whether a page needs it
    app.connect("build-finished", llms.write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
