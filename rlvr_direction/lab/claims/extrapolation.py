"""Claims C4b, C4c and C4h: what the chosen gamma and gate gain on each rival, and what was chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Part, Recorded, judge_cells
from rlvr_direction.lab.claims.counts import Arms, arms_of, parts_over_seeds, with_finalists
from rlvr_direction.lab.claims.wording import listed
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["choices", "contrasts", "gains_over", "judge_gains", "map_of"]

MAPS = ("map", "own samples")  # what the study calls the cells that no rule reads

RIVALS = {
    "gamma 0": "gamma 0 under the same gate",
    "rl": "RL at the same sampling",
    "ungated": "the best gamma without a gate",
    "cold rl": "RL at its best temperature and top_p",
}


def contrasts(recorded: Recorded) -> dict[str, Mapping[str, pd.DataFrame]]:
    """The recorded tables with the cells of "tilts" alone, not its maps, and with the samples of its finalists."""
    cells = {task: table[~table["cell"].isin(MAPS)] for task, table in recorded["tilts"].items()}
    return with_finalists({**recorded, "tilts": cells}, "tilts", "tilt_finalists")


def judge_gains(claim: Claim, recorded: Recorded, *rivals: str) -> list[Judged]:
    """Judge the gain of the chosen arm over every rival; with what was chosen."""
    tables = contrasts(recorded)[claim.study]

    def said(row: Judged) -> Judged:
        table = tables[row.task]
        chosen = choices(table[table["cell"] == row.cell])
        note = " ".join(filter(None, [row.note, _not_beyond(chosen)]))
        return replace(row, chosen=_said(chosen), note=note, vacuous=bool((chosen["gamma"] == 0).all()))

    return [said(row) for row in judge_cells(claim, {claim.study: tables}, gains_over(*rivals))]


def gains_over(*rivals: str) -> Callable[[pd.DataFrame], dict[str, Part]]:
    """A function from a cell's rows to the gain of the chosen arm over each rival, over all RL seeds."""

    def parts_of(table: pd.DataFrame) -> dict[str, Part]:
        def numbers(arms: Arms, draws: int) -> dict[str, Interval]:
            return {RIVALS[rival]: arms.gain("chosen", rival, draws) for rival in rivals}

        judged = table[(table["purpose"] == "judged") & table["family"].isin(["chosen", *rivals])]
        return parts_over_seeds(judged, numbers, ["family"])

    return parts_of


def choices(table: pd.DataFrame) -> pd.DataFrame:
    """What was chosen in each cell: `cell, rl_seed, where, gamma, accuracy, edge`.

    `accuracy` is on calibration problems; `edge` names what lies at an edge of its grid: "gamma", "gate", both or "".
    """
    tried = table[(table["purpose"] == "calibration") & (table["family"] == "tried")]
    gated = tried[tried["where"] != "everywhere"]
    gammas, thresholds = _ends(gated["gamma"]), _ends(_threshold(gated["where"]))
    chosen = table[table["family"] == "chosen"].drop_duplicates(["cell", "rl_seed"])
    keys = ["cell", "rl_seed", "where", "gamma"]
    found = chosen[keys].merge(gated[[*keys, "correct", "samples"]], on=keys, how="left")
    at_gamma, at_gate = found["gamma"].isin(gammas), _threshold(found["where"]).isin(thresholds)
    edge = [
        " and ".join(n for n, at in (("gamma", g), ("gate", w)) if at) for g, w in zip(at_gamma, at_gate, strict=True)
    ]
    return found[keys].assign(accuracy=found["correct"] / found["samples"], edge=edge)


def _not_beyond(chosen: pd.DataFrame) -> str:
    """Where gamma 0 was chosen there is no extrapolation, and a gain is the gate's: on how many RL seeds, in words."""
    at_zero = int((chosen["gamma"] == 0).sum())
    on = f" on {at_zero} of {len(chosen)} RL seeds" if len(chosen) > 1 else ""
    return f"Gamma 0 was chosen{on}: replacement, no extrapolation." if at_zero else ""


def _said(chosen: pd.DataFrame) -> str:
    """What was chosen over RL seeds, in words, with the number of seeds at an edge of each grid."""
    gammas = [f"{gamma:g}" for gamma in sorted(set(chosen["gamma"]))]
    gates = [f"{gate:g}" for gate in sorted(set(_threshold(chosen["where"])))]
    text = f"Chosen on calibration problems: gamma {listed(gammas, 'or')} where delta_logp <= {listed(gates, 'or')}"
    for grid in ("gamma", "gate"):
        if at := chosen["edge"].str.contains(grid).sum():
            on = f" on {at} of {len(chosen)} seeds" if len(chosen) > 1 else ""
            text += f"; the {grid} is an edge of its grid{on}"
    return f"{text}."


def map_of(table: pd.DataFrame, *, cell: str = "map", draws: int = 200) -> pd.DataFrame:
    """The recorded map, or `cell="own samples"`: one row per checkpoint, sampling, gate and gamma.

    Columns: `checkpoint, temperature, top_p, where, gamma, accuracy, selected, changed`; `gain`, `low`, `high` over
    gamma 0 under the same gate; `gain_rl`, `low_rl`, `high_rl` over RL alone at the same sampling.
    """
    places, rows = ["checkpoint", "temperature", "top_p"], []
    for place, part in table[table["cell"] == cell].groupby(places):
        arms = arms_of(part, ["where", "gamma"])
        names = list(arms.labels.itertuples(index=False, name=None))
        same = [names.index((where, 0.0)) for where, _ in names]
        alone = [names.index(("everywhere", 0.0))] * len(names)
        found = arms.labels.assign(
            **dict(zip(places, place, strict=True)),
            accuracy=arms.correct.sum(1) / arms.samples.sum(1),
            selected=arms.n_selected.sum(1) / arms.n_tokens.sum(1),
            changed=arms.n_changed.sum(1) / arms.n_tokens.sum(1),
        )
        for suffix, against in (("", same), ("_rl", alone)):
            interval = _differences(arms, against, draws)
            found[[f"gain{suffix}", f"low{suffix}", f"high{suffix}"]] = pd.DataFrame(interval).T.to_numpy()
        rows.append(found)
    return pd.concat(rows, ignore_index=True)


def _differences(arms: Arms, against: Sequence[int], draws: int) -> Interval:
    def difference(weights):
        accuracy = arms.accuracy(weights)
        return accuracy - accuracy[list(against)]

    return bootstrap(difference, arms.n_problems, draws=draws, seed=SEED)


def _threshold(where: pd.Series) -> pd.Series:
    return where.str.extract(r"<=(.*)$")[0].astype(float)


def _ends(values: pd.Series) -> set[float]:
    return {values.min(), values.max()}
