"""Altair charts of the book: a DataFrame in, a described chart out; no metric is computed here."""

__all__: list[str] = []
