"""The small torch: tensors, the ops on them, and the engine that runs a graph backward."""

from . import compiler, conversion, engine, hooks, legacy, methods, ops  # noqa: F401
