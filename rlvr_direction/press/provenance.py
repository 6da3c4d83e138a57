"""How a chapter was run: the commit, the versions, the hardware, and what it cost."""

import os
import platform
import re
import resource
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from rlvr_direction.commits import commit

__all__ = ["provenance", "versions"]

PACKAGES = ("rlvr-direction", "torch", "transformers", "trl")


def provenance(seed: int | Sequence[int]) -> dict:
    """Return the seed, day, commit, versions, hardware, seconds since this process started, and peak memory (GiB)."""
    return {
        "seed": seed,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": commit(),
        **{name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "hardware": hardware(),
        "seconds": round(time.time() - psutil.Process().create_time()),
        "peak memory": f"{peak_memory():.1f} GiB",
    }


def versions(lock: Path) -> dict[str, tuple[str, str | None]]:
    """For each package in a lock, the version there and the one installed (None if it is not), without its build."""
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.MULTILINE))
    return {name: (wanted, _installed(name)) for name, wanted in locked.items()}


def _installed(name: str) -> str | None:
    try:
        return version(name).split("+")[0]  # torch 2.13.0+cpu is torch 2.13.0
    except PackageNotFoundError:
        return None


def peak_memory() -> float:
    """The most memory this process has held, in GiB."""
    units = 2**30 if sys.platform == "darwin" else 2**20  # macOS reports bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units


def hardware() -> str:
    """The accelerator if this process can use one, otherwise the processor; and the number of cores."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, {os.cpu_count()} CPU cores"
    known = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", known.read_text()) if known.exists() else None
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} CPU cores"
