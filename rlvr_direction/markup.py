"""What a model wrote, as markup: shown, never interpreted."""

from html import escape

__all__ = ["shown", "visible"]


def visible(character: str) -> str:
    r"""A character as it can be read: a newline is ⏎, a tab ⇥, anything else unprintable its escape, such as \u202e."""
    if character in "\n\t":
        return {"\n": "⏎", "\t": "⇥"}[character]
    return character if character.isprintable() else repr(character)[1:-1]


def shown(text: str) -> str:
    """A text as HTML in which every character can be seen and none is markup."""
    return escape("".join(map(visible, text)))
