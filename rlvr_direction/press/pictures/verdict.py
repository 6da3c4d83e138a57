"""How a verdict is made and kept: one function judges, and everything that shows a verdict is compared with it."""

from rlvr_direction.press.pictures.ink import Pixels, arrow, box, frame, words

__all__ = ["draw"]

RULE = ("Rule", "fixed before the runs", "lab/claims/c2.py")
COUNTS = ("Counts", "recorded by a study", "data/gates/*.parquet")
JUDGE = ("judge", "", "")
KEPT = ("Verdicts", "", "claims/cpu.json")
CHAPTER = ("Chapter", "judges as it runs", "")
BOARD = ("Board", "on the front page", "")
README = ("README", "the board in short", "")
BOTH = ("Board", "page, README", "")
TEST = ("Test", "judges again: all equal?", "")


def draw(*, layout: str) -> str:
    """From left to right, or from top to bottom where the layout is "narrow"."""
    return _narrow() if layout == "narrow" else _wide()


def _wide() -> str:
    heights, right = (16, 86, 156, 226), 540
    elements = [
        _card(RULE, 16, 64, 184, 72),
        _card(COUNTS, 16, 160, 184, 72),
        _card(JUDGE, 244, 121, 84, 54, kind="strong"),
        _card(KEPT, 372, 121, 124, 54),
        *(_card(card, right, y, 164, 54) for card, y in zip((CHAPTER, BOARD, README, TEST), heights, strict=True)),
        arrow((200, 100), (222, 100), (222, 138), (244, 138)),
        arrow((200, 196), (222, 196), (222, 158), (244, 158)),
        arrow((328, 148), (372, 148)),
        arrow((286, 121), (286, 43), (right, 43)),
        arrow((286, 175), (286, 253), (right, 253)),
        arrow((496, 148), (518, 148), (518, 113), (right, 113)),
        arrow((496, 148), (518, 148), (518, 183), (right, 183)),
        arrow((434, 175), (434, 238), (right, 238)),
        arrow((704, 43), (712, 43), (712, 253), (704, 253)),
    ]
    return frame(720, 296, elements, layout="wide")


def _narrow() -> str:
    elements = [
        _card(RULE, 16, 16, 158, 72),
        _card(COUNTS, 186, 16, 158, 72),
        _card(JUDGE, 138, 128, 84, 44, kind="strong"),
        _card(CHAPTER, 16, 212, 144, 54),
        _card(KEPT, 204, 212, 140, 54),
        _card(BOTH, 198, 298, 118, 54),
        _card(TEST, 16, 392, 328, 54),
        arrow((95, 88), (95, 108), (164, 108), (164, 128)),
        arrow((265, 88), (265, 108), (196, 108), (196, 128)),
        arrow((164, 172), (164, 192), (88, 192), (88, 212)),
        arrow((196, 172), (196, 192), (260, 192), (260, 212)),
        arrow((257, 266), (257, 298)),
        arrow((88, 266), (88, 392)),
        arrow((180, 172), (180, 392)),
        arrow((330, 266), (330, 392)),
    ]
    return frame(360, 462, elements, layout="narrow")


def _card(card: tuple[str, str, str], x: Pixels, y: Pixels, width: Pixels, height: Pixels, *, kind: str = "") -> str:
    title, said, file = card
    lines = [(title, "title"), (said, "quiet"), (file, "mono faint")]
    lines = [(text, cls) for text, cls in lines if text]
    top = y + height / 2 - 9 * (len(lines) - 1) + 5
    shown = [words(x + width / 2, top + 18 * i, text, kind=cls, anchor="middle") for i, (text, cls) in enumerate(lines)]
    return box(x, y, width, height, *shown, kind=f"box {kind}".strip())
