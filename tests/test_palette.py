"""The palette: every colour is visible on light and dark pages, and the four fixed colours differ for every eye."""

import itertools

import numpy as np
import pytest

from rlvr_direction import palette

COLOURS = {name: getattr(palette, name) for name in palette.__all__}
FIXED = (palette.LIKELIER, palette.LESS_LIKELY, palette.BASE, palette.RL)
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
EYES = {  # linear RGB as each kind of full colour blindness sees it (Machado, Oliveira and Fernandes, 2009)
    "trichromat": np.eye(3),
    "protanope": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranope": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritanope": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}


def linear(colour):
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The contrast ratio of two colours as WCAG defines it."""
    low, high = sorted(float(XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return high / low


def lab(rgb):
    f = np.cbrt(np.maximum(XYZ @ np.clip(rgb, 0, 1), 1e-3) / np.array([0.9505, 1, 1.089]))
    return np.array([116 * f[1], 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_can_be_seen_on_a_light_and_on_a_dark_page(name, page):
    assert contrast(COLOURS[name], page) >= 3


@pytest.mark.parametrize("eye", EYES)
def test_the_four_fixed_colours_differ_for_every_eye(eye):
    seen = [lab(EYES[eye] @ linear(colour)) for colour in FIXED]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 20
