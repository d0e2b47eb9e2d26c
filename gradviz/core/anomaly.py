"""Anomaly detection: which forward call made a backward pass fail, or gave NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import modes
from .errors import caller, warn
from .modes import Anomaly
from .node import extras
from .tensor import Tensor, ndarray


def switch(enabled: bool, check_nan: bool) -> None:
    """Turn it on or off."""
    if enabled is not Anomaly.enabled:
        (modes.watchful.add if enabled else modes.watchful.discard)(Anomaly)
    Anomaly.enabled, Anomaly.check_nan = enabled, check_nan


def guarded(turn: Callable, node: Any, grad: Any) -> list:
    """One node's turn; if it fails or gives NaN, warn with the lines that made the node."""
    try:
        pairs = turn(node, grad)
    except BaseException:
        tell(node)
        raise
    if Anomaly.check_nan:
        for number, (_, sent) in enumerate(pairs):
            if sent is not None and has_nan(sent):
                tell(node)
                raise RuntimeError(
                    f"Function '{node.name()}' returned nan values in its {number}th output."
                )
    return pairs


def has_nan(grad: Any) -> bool:
    """Whether a gradient has a NaN in it."""
    value = grad._value if isinstance(grad, Tensor) else grad
    return bool(np.isnan(value).any()) if value.__class__ is ndarray else bool(value != value)


def note(node: Any) -> None:
    """Keep with a new node the lines that led to it."""
    import traceback

    lines = traceback.format_list(traceback.extract_stack(caller()[0]))
    extras(node).metadata["traceback_"] = lines


def tell(node: Any) -> None:
    """Warn with the traceback of the forward call that made a node."""
    lines = extras(node).metadata.get("traceback_")
    text = "Traceback of forward call that caused the error:\n" + "".join(lines or ())
    if lines is None:
        text = (
            "No forward pass information available. Enable detect anomaly during forward pass for "
            "more information."
        )
    warn(f"Error detected in {node.name()}. {text}")
