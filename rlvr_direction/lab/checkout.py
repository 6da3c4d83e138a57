"""Where the toys and the recorded data lie: in a clone of the repository, or where RLVR_DATA says."""

import os
from pathlib import Path

__all__ = ["DATA", "ROOT", "TOYS", "require"]

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("RLVR_DATA") or ROOT / "book" / "data").resolve()
TOYS = DATA / "toys"


def require(path: Path) -> Path:
    """Return a path that only a clone has. Raises FileNotFoundError, in one sentence, where it is not there."""
    if path.exists():
        return path
    if (ROOT / "book").is_dir():
        raise FileNotFoundError(f"no {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path} in this clone")
    raise FileNotFoundError(
        f"no {path}: toys and recorded data come with a clone of the repository, and this installation has none; "
        "clone it and install from there, or name a folder of your own"
    )
