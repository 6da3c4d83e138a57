"""The optimal gate, exactly: on a small tree, where every gate can be tried.

The base proposes y at a state s. A gate may replace it by a draw of RL, for a price. With Q(s, y) the value of going on
under the gated policy after keeping y, the expected reward minus what later replacements cost, the best gate satisfies

    W(s) = sum_y base(y | s) max(Q(s, y), V_rl(s) - price),   V_rl(s) = sum_y rl(y | s) Q(s, y),   Q(s, y) = W(s y).

It fires exactly where V_rl(s) - Q(s, y) > price: where the advantage of replacing exceeds the price.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

__all__ = ["gate_advantages", "gate_value", "optimal_gate"]

Tree = Sequence[Float[np.ndarray, "_ _"]]
Gate = Sequence[Bool[np.ndarray, "_ _"]]


def gate_value(base: Tree, rl: Tree, reward: Float[np.ndarray, " leaves"], gate: Gate, *, price: float) -> float:
    """The expected reward minus the expected price of the policy that a gate makes of base and RL.

    Trees are as in `theory.expected_reward`; `gate[d]` says for each state and token at depth d whether it fires.
    """
    return float(_values(base, rl, reward, gate, price)[0][0])


def gate_advantages(
    base: Tree, rl: Tree, reward: Float[np.ndarray, " leaves"], gate: Gate, *, price: float
) -> list[np.ndarray]:
    """V_rl(s) - Q(s, y) of every token at every state: what replacing y by a draw of RL gains, before its price."""
    later = _values(base, rl, reward, gate, price)[1:]
    kept = [values.reshape(b.shape) for values, b in zip(later, base, strict=True)]
    return [(r * q).sum(1, keepdims=True) - q for r, q in zip(rl, kept, strict=True)]


def optimal_gate(base: Tree, rl: Tree, reward: Float[np.ndarray, " leaves"], *, price: float) -> list[np.ndarray]:
    """The best gate, by policy iteration: fire where the advantage under the current gate exceeds the price.

    It starts from the gate that never fires and is a fixed point of its own rule. Each round makes one more depth
    final, the leaves first, so that it ends.
    """
    gate = [np.zeros(b.shape, dtype=bool) for b in base]
    while True:
        better = [found > price for found in gate_advantages(base, rl, reward, gate, price=price)]
        if all(np.array_equal(*both) for both in zip(gate, better, strict=True)):
            return gate
        gate = better


def _values(base: Tree, rl: Tree, reward: np.ndarray, gate: Gate, price: float) -> list[np.ndarray]:
    """The value of every state under a gate, by depth, the leaves last."""
    values = [np.asarray(reward, dtype=float)]
    for b, r, fires in zip(reversed(base), reversed(rl), reversed(gate), strict=True):
        kept = values[0].reshape(b.shape)
        replaced = (r * kept).sum(1, keepdims=True) - price
        values.insert(0, (b * np.where(fires, replaced, kept)).sum(1))
    return values
