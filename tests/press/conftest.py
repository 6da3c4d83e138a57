"""What tests of the pages share."""

import pytest


@pytest.fixture(scope="module")
def tiny_site(tmp_path_factory):
    """A function (pages, hooks) -> the folder of a small site, which Sphinx makes of Markdown texts by their names."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    def build(pages, hooks):
        source = tmp_path_factory.mktemp("source")
        for name, text in pages.items():
            (source / f"{name}.md").write_text(text)
        how = {"extensions": ["myst_parser"], "myst_enable_extensions": ["colon_fence", "dollarmath"]}
        how |= {"html_theme": "basic"}
        with docutils_namespace():
            app = Sphinx(source, None, source / "html", source / "trees", "html", confoverrides=how, status=None)
            for event, hook in hooks.items():
                app.connect(event, hook, priority=400)
            app.build()
        return source / "html"

    return build
