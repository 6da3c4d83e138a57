"""What the pages need beside the theme: two browser bundles from pip packages, and docstrings read as plain text."""

import re
from importlib.resources import files
from pathlib import Path

import vl_convert

from rlvr_direction.press.display import VEGA_LITE

__all__ = ["setup"]


def write_bundles(app, error) -> None:
    """Put MathJax and Vega beside the pages once they are built, so that no page asks another host for them."""
    if error or app.builder.format != "html":
        return
    vendor = Path(app.outdir, "_static", "vendor")
    vendor.mkdir(parents=True, exist_ok=True)
    # the bundle is a module's body with top-level constants: wrapped, so that it leaks none
    (vendor / "vega.js").write_text("(function(){" + vl_convert.javascript_bundle(vl_version=VEGA_LITE) + "\n})();\n")
    mathjax = files("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg.js"
    (vendor / "tex-svg.js").write_bytes(mathjax.read_bytes())


def drop_thebe(app, pagename, templatename, context, doctree) -> None:
    """Leave out Thebe, which names another host, and inline scripts that Jupyter Book 1 writes twice."""
    kept, seen = [], set()
    for script in context.get("script_files", []):
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        name = str(getattr(script, "filename", "") or "")
        if "THEBE_JS_URL" in body or name.endswith("sphinx-thebe.js") or body in seen:
            continue
        seen |= {body} - {""}
        kept.append(script)
    context["script_files"] = kept


def plain_docstring(app, what, name, obj, options, lines: list[str]) -> None:
    """Read a docstring as prose with `code` in it: nothing else in it is markup."""
    if lines[:1] and lines[0].startswith("Alias for field number"):  # what Python says of a NamedTuple's field
        lines.clear()
    in_example = False
    for index, line in enumerate(lines):
        in_example = line.lstrip().startswith(">>>") or (in_example and bool(line.strip()))
        if not in_example:
            parts = re.split(r"(`+[^`]+`+)", line)
            lines[index] = "".join(_code(part) if part.startswith("`") else _escaped(part) for part in parts)


def _code(part: str) -> str:
    return "``" + part.strip("`") + "``"


def _escaped(part: str) -> str:
    return re.sub(r"([\\*|_`])", r"\\\1", part)


def setup(app) -> dict:
    """Connect all of it to Sphinx."""
    app.connect("build-finished", write_bundles)
    app.connect("html-page-context", drop_thebe, priority=950)
    app.connect("autodoc-process-docstring", plain_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
