"""Where tensors live, and how: on the CPU, strided."""

from __future__ import annotations

import re
from typing import Any


class device:
    """Where a tensor lives.

    >>> import gradviz as torch
    >>> torch.device("cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")
    __module__ = "gradviz"

    def __init__(self, type: Any, index: int | None = None) -> None:
        if type.__class__ is device:
            self.type, self.index = type.type, type.index
            return
        if not isinstance(type, str):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        found = re.fullmatch(r"([a-zA-Z_]+)(?::(0|[1-9]\d*))?", type)
        if found is None:
            raise RuntimeError(f"Invalid device string: '{type}'")
        name, place = found.groups()
        if name not in DEVICES.split(", "):
            raise RuntimeError(
                f"Expected one of {DEVICES} device type at start of device string: {name}"
            )
        self.type, self.index = name, index if place is None else int(place)

    def __repr__(self) -> str:
        place = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{place})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


DEVICES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, "
    "mps, meta, hpu, mtia, privateuseone"
)
cpu = device("cpu")


def device_of(place: Any) -> device:
    """The device that an argument means: the CPU, or a sentence why not."""
    if place is None or place == "cpu" or place is cpu:
        return cpu
    found = device(place)
    if found.type == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    if found.type != "cpu":
        from .errors import out_of_scope

        raise NotImplementedError(out_of_scope(f"the device {found}"))
    return found


class layout:
    """How a tensor lies in memory: always `strided`."""

    __slots__ = ()
    __module__ = "gradviz"

    def __repr__(self) -> str:
        return "torch.strided"


strided = layout()
