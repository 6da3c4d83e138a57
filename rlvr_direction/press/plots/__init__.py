"""Altair charts of the book: each takes a DataFrame and returns a described chart. No metric is computed here."""

__all__: list[str] = []
