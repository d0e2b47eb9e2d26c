"""The small torch: tensors, the ops on them, and the engine that runs a graph backward."""

from . import compiler, engine, methods, ops  # noqa: F401
