"""Which state of the code this is."""

import subprocess
from pathlib import Path

__all__ = ["commit"]


def commit() -> str:
    """Commit of the checkout that holds this package, with "+changes" if its code differs; else "unknown"."""
    package = Path(__file__).resolve().parent
    git = ["git", "-C", str(package)]
    try:
        seen = subprocess.run([*git, "rev-parse", "--show-toplevel", "HEAD"], capture_output=True, text=True)
        root, _, commit = seen.stdout.strip().partition("\n")
        if seen.returncode or Path(root).resolve() != package.parent:
            return "unknown"
        clean = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "."], capture_output=True).returncode == 0
    except OSError:
        return "unknown"
    return commit if clean else f"{commit}+changes"
