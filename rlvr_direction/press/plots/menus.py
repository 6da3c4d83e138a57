"""A menu below a chart: the reader chooses which rows of its table are drawn."""

import altair as alt
import pandas as pd

__all__ = ["menu"]


def menu(table: pd.DataFrame, column: str, *, start: int = 0) -> alt.Parameter:
    """A parameter named like the column that offers its values, in order of appearance, starting at one of them."""
    options = list(table[column].unique())
    return alt.param(name=column, value=options[start], bind=alt.binding_select(options=options, name=f"{column}: "))
