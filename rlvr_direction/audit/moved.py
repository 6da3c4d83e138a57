"""Which tokens RL moves most: a table to read before any number is believed."""

import pandas as pd

__all__ = ["most_moved"]


def most_moved(written: pd.DataFrame, *, of: str = "base", at_least: int = 5, top: int = 12) -> pd.DataFrame:
    """The tokens of one model's texts that RL moves most in all: `token, n, mean, share, context`.

    `mean` is of delta_logp (nats), `share` the token's part of the sum of |delta_logp| over all tokens, and `context`
    the text up to its most moved occurrence. Tokens that occur fewer than `at_least` times are left out.
    """
    tokens = written[written["source"] == of].sort_values(["text_id", "position"], ignore_index=True)
    size = tokens["delta_logp"].abs()
    groups = tokens.assign(size=size).groupby("token_id")
    found = groups.agg(token=("token", "first"), n=("size", "size"), mean=("delta_logp", "mean"), total=("size", "sum"))
    found["most"] = groups["size"].idxmax()
    found = found[found["n"] >= at_least].nlargest(top, "total")
    context = [_before(tokens, at) for at in found["most"]]
    found = found.assign(share=found["total"] / (size.sum() or 1.0), context=context)
    return found[["token", "n", "mean", "share", "context"]].reset_index(drop=True)


def _before(tokens: pd.DataFrame, at: int, *, length: int = 12) -> str:
    """The last tokens of a text before and at a row."""
    start = max(at - length, at - int(tokens["position"].iloc[at]))
    return ("…" if tokens["position"].iloc[start] else "") + "".join(tokens["token"].iloc[start : at + 1])
