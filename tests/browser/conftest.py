"""The built smoke site in a browser: its folder, a local server, and how a test visits a page."""

import functools
import http.server
import threading

import altair as alt
import pytest
from selenium.webdriver.support.ui import WebDriverWait

from rlvr_direction.press import display, run, site

PAGES = [path.with_suffix(".html").name for path in sorted((run.ROOT / "book").glob("*.md"))]
PAGES += ["genindex.html", "py-modindex.html", "search.html"]
DRAWN = """
if (document.readyState != 'complete' || document.fonts.status != 'loaded') return false;
if ([...document.querySelectorAll('.math')].some(formula => !formula.querySelector('mjx-container'))) return false;
return [...document.querySelectorAll('.vl-fig')].every(
  figure => figure.dataset.error || (figure.dataset.ready && figure.dataset.theme == arguments[0]));
"""
AT_ONCE = "const style = document.createElement('style'); style.textContent = '*{transition:none!important}'; "
AT_ONCE += "document.head.append(style); document.documentElement.dataset.theme = arguments[0];"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def folder():
    """The folder of the built smoke site."""
    built = run.ROOT / "_build" / "site" / "smoke"
    return built if built.is_dir() else site.build_book("smoke")


@pytest.fixture(scope="session")
def address(folder):
    """The site's address on a local server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(params=PAGES)
def page(request):
    """Each page of the site in its turn."""
    return request.param


@pytest.fixture(scope="session")
def resize():
    """A function (browser, width): give the page another width."""

    def change(browser, width):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    return change


@pytest.fixture(scope="session")
def turn():
    """A function (browser, theme): turn the page light or dark, without transitions, and wait for its charts."""

    def change(browser, theme):
        browser.execute_script(AT_ONCE, theme)
        WebDriverWait(browser, 30, 0.05).until(lambda driver: driver.execute_script(DRAWN, theme))

    return change


@pytest.fixture(scope="session")
def visit(resize, turn):
    """A function (browser, url): open a page at a width and in a theme, and wait until its charts are drawn."""

    def go(browser, url, *, width=1280, theme="light"):
        resize(browser, width)
        browser.get_log("browser"), browser.get_log("performance")
        browser.get(url)
        turn(browser, theme)

    return go


@pytest.fixture
def page_of(folder, tmp_path):
    """A function (body): the address of a page of our scripts and styles, on which a test can plant a fault."""

    def write(body):
        (tmp_path / "_static").symlink_to(folder / "_static")
        head = '<meta charset="utf-8"><title>page</title><link rel="stylesheet" href="_static/book.css">'
        head += '<script defer src="_static/book.js"></script>'
        (tmp_path / "page.html").write_text(f'<html lang="en"><head>{head}</head><body>{body}</body></html>')
        return (tmp_path / "page.html").as_uri()

    return write


@pytest.fixture
def chart_html(monkeypatch):
    """A function (data, moved): a figure of points as a chapter shows it; its slider moves them, or does nothing."""
    monkeypatch.setenv("RLVR_BOOK", "smoke")
    display.set_up()

    def draw(data, *, moved=True):
        shift = alt.param(name="shift", value=1, bind=alt.binding_range(min=0, max=4, name="shift "))
        height = alt.datum.y * shift if moved else alt.datum.y
        points = alt.Chart(data).mark_point().encode(alt.X("x:Q"), alt.Y("drawn:Q").scale(domain=[0, 20]))
        chart = points.transform_calculate(drawn=height).add_params(shift)
        return display.figure(chart.properties(width="container", height=200, description="points"), data, "points")

    yield lambda data, **how: draw(data, **how).bundle["text/html"]
    alt.renderers.enable("default")
