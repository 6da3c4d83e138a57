"""What the toy tasks share: the roles of tokens, and a split that holds whatever the seed."""

from hashlib import blake2b

__all__ = ["ROLES", "SPLITS", "check_probabilities", "in_split"]

ROLES = ("copy", "compute", "decide", "wording", "format", "first_error")
SPLITS = ("train", "test")


def in_split(prompt: str, split: str, *, test_share: float) -> bool:
    """Whether a prompt belongs to a split: its hash decides, so the splits are disjoint whatever the seed.

    Raises ValueError for a split that is neither "train" nor "test".
    """
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; choose one of {', '.join(SPLITS)}")
    digest = blake2b(prompt.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") < test_share * 2**64) == (split == "test")


def check_probabilities(**probabilities: float) -> None:
    """Raise ValueError that names the first of these values outside [0, 1]."""
    for name, value in probabilities.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; it is a probability, so pass a value from 0 to 1")
