"""Measure, intervene with and exploit the direction of RLVR updates (arXiv 2603.22117)."""

from importlib import import_module

_HOME = {
    "ModelPair": "pair",
    "Sampling": "sampling",
    "Intervention": "interventions",
    "EVERYWHERE": "interventions",
    "NOWHERE": "interventions",
    "SCORES": "scores",
    "score_tokens": "scoring",
    "decode": "decoding",
    "replacing": "generation",
    "Extrapolating": "generation",
    "load_toy_pair": "lab.toys",
    "train_base": "lab.toys",
    "train_rl": "lab.toys",
    "ReweightedGRPOConfig": "training",
    "ReweightedGRPOTrainer": "training",
}
__all__ = list(_HOME)
__version__ = "0.1.0"


def __getattr__(name: str):
    """Import a public name from the module that holds it, on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
