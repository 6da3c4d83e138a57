"""The pair that decodes in the page: what the site ships, and the recorded example that stands in its place."""

from rlvr_direction.press.in_page.example import fill, live_pair
from rlvr_direction.press.in_page.shipped import SHIPPED, script, write_scripts

__all__ = ["SHIPPED", "fill", "live_pair", "script", "write_scripts"]
