"""Where toys train and run: on an accelerator if there is one."""

import torch

__all__ = ["accelerator", "stamp"]


def accelerator() -> str | None:
    """The device that toys train and run on, such as "cuda"; None where there is the processor alone."""
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found and found.type


def stamp() -> dict[str, str]:
    """What a recorded table says of the accelerator that made it: its name and PyTorch's version; nothing without one.

    On the processor alone results are the same between machines up to rounding.
    """
    if accelerator() is None:
        return {}
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else accelerator()
    return {"device": name, "torch": torch.__version__}
