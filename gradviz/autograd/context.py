"""The node of a custom function, which is also the `ctx` that its `forward` and `backward` get."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.engine import recorded_mode
from ..core.errors import warn
from ..core.node import FREED, Node, Output, check_saved, freed, link, spread
from ..core.operands import fit, fit_graph
from ..core.packing import Packed
from ..core.saved import SavedTensor, saved_tensor
from ..core.tensor import Tensor, wrap

if TYPE_CHECKING:
    from .function import Function

PLACE = "gradviz.autograd.function"
READ_TWICE = (
    "saved_tensors can only be accessed once when clear_saved_tensors_on_access=True is set on the "
    "autograd.Function. Either access saved_tensors only once, or set "
    "clear_saved_tensors_on_access=False."
)


class FunctionCtx:
    """What `forward` may say of itself to `backward` and to autograd."""

    __module__ = PLACE
    __slots__ = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for `backward`, which finds them in `saved_tensors`."""
        self._to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Accepted for the sake of PyTorch programs: there is no forward mode."""

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say which inputs were written in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say which outputs have no gradient."""
        self._plain = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Choose whether gradients that never came are given as zeros or as None."""
        self.materialize_grads = value


class BackwardCFunction(Node, FunctionCtx):
    """A node of a custom function; it is also the `ctx` of its `forward` and `backward`."""

    __module__ = PLACE
    __slots__ = (
        "__dict__",
        "_dirty",
        "_inputs",
        "_kept",
        "_plain",
        "_to_save",
        "edges_",
        "outputs",
    )
    function: type[Function]
    _forward_cls = property(lambda self: self.function)
    _materialize_non_diff_grads = True
    unfollowed: set[int]  # the outputs without a gradient

    def __call__(self, *grads: Any) -> None:
        """Refuse, as PyTorch does."""
        raise TypeError(f"'{type(self).__name__}' object is not callable")

    def __dir__(self) -> Iterable[str]:
        return object.__dir__(self)

    def _edges(self) -> list:
        return self.edges_

    @property
    def next_functions(self) -> tuple:
        """The nodes that the gradients go to."""
        return tuple([link(edge) for edge in self.edges_])

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each argument of `forward`, whether its gradient is wanted."""
        return tuple([need for need, *_ in self._inputs])

    # ---------------------------------------------------------------------- what was saved

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The tensors that `forward` has saved."""
        found = self._looked_at()
        if self.function.clear_saved_tensors_on_access:
            self._kept = None
        return found

    def _looked_at(self) -> tuple[Tensor | None, ...]:
        kept = self._held()
        if kept is None:
            raise RuntimeError(READ_TWICE)
        return tuple([self._unpacked(each) for each in kept])

    @property
    def saved_variables(self) -> tuple[Tensor | None, ...]:
        """The same, by the name of old."""
        text = "'saved_variables' is deprecated; use 'saved_tensors'"
        warn(text, DeprecationWarning)
        return self.saved_tensors

    @property
    def _raw_saved_tensors(self) -> tuple[SavedTensor, ...]:
        places = range(len(self._held() or ()))
        read = type(self)._looked_at
        return tuple([saved_tensor(self, "_kept", read, each) for each in places])

    def _held(self) -> Any:
        if self._kept is FREED:
            freed()
        return self._kept

    def _unpacked(self, saved: Any) -> Any:
        if saved is None:
            return None
        if saved.__class__ is Packed:
            return saved.unpacked()
        if isinstance(saved, tuple):  # an output: the value alone, so that there is no cycle
            number, value, shape, version = saved
            if value.__class__ is Packed:
                return value.unpacked(self._output(number))
            if version is not None and version[0].stamp > version[1]:
                check_saved(wrap(value, shape, self._output(number)), version[0], version[1])
            return wrap(value, shape, self._output(number))
        check_saved(saved, saved._written, self.sequence)
        return saved

    def _output(self, number: int) -> Any:
        return self if self.outputs == 1 else Output(self, number)

    # ------------------------------------------------------------------------ the backward pass

    def _backward(self, grad: Any, keep: Any) -> tuple:
        return self._run(grad, keep, graph=False)

    def _backward_graph(self, grad: Any, keep: Any) -> tuple:
        return self._run(grad, keep, graph=True)

    def _run(self, grad: Any, keep: Any, *, graph: bool) -> tuple:
        with recorded_mode(graph):
            grads = self.function.vjp_or_backward()(self, *self._arriving(grad, graph))
        if not keep:
            self._kept = FREED
        leaving = self._leaving(grads, graph)
        pairs = zip(self.edges_, leaving, strict=True)
        edges = [None if sent is None else edge for edge, sent in pairs]
        return spread(edges, leaving, self.sequence)

    def _arriving(self, grad: Any, graph: bool) -> list:
        if self.outputs == 1:
            return [grad if graph else wrap(*shaped_as(grad, self.result_shape))]
        arriving = []
        for number, shape in enumerate(self.result_shape):
            each = grad.get(number)
            wanted = self.materialize_grads and (
                self._materialize_non_diff_grads or number not in self.unfollowed
            )
            if each is not None:
                arriving.append(each if graph else wrap(*shaped_as(each, shape)))
            elif wanted and shape is not None:
                dtypes: Any = self.dtypes  # type: ignore[attr-defined]
                arriving.append(wrap(np.zeros(shape, dtypes[number])))
            else:
                arriving.append(None)
        return arriving

    def _leaving(self, grads: Any, graph: bool) -> list:
        grads = list(grads) if isinstance(grads, tuple) else [grads]
        name, count = type(self).__name__, len(self._inputs)
        while len(grads) > count and grads[-1] is None:
            grads.pop()
        if len(grads) != count:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients "
                f"(expected {count}, got {len(grads)})"
            )
        leaving = []
        for number, (given, (need, tensor, shape, dtype)) in enumerate(
            zip(grads, self._inputs, strict=True)
        ):
            if not tensor:
                if given is not None:
                    raise RuntimeError(
                        f"function {name} returned a gradient different than None at position "
                        f"{number + 1}, but the corresponding forward input was not a Variable"
                    )
                continue
            if given is None:
                leaving.append(None)
                continue
            if not need and isinstance(given, Tensor):  # hooks are shown it, and nobody else
                leaving.append(given if graph else given._shaped())
                continue
            leaving.append(self._fitted(len(leaving), given, shape, dtype, graph))
        return leaving

    def _fitted(self, number: int, grad: Any, shape: tuple, dtype: Any, graph: bool) -> Any:
        if not isinstance(grad, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
        if grad._shape != shape and not reducible(grad._shape, shape):
            raise RuntimeError(
                f"Function {type(self).__name__} returned an invalid gradient at index {number} - "
                f"got {list(grad._shape)} but expected shape compatible with {list(shape)}"
            )
        if graph:
            return fit_graph(grad, (shape, dtype))
        return fit(grad._value if grad._shape == shape else grad._shaped(), (shape, dtype))


def shaped_as(grad: Any, shape: tuple) -> tuple:
    """A gradient with its shape, for `wrap`."""
    return grad, shape if grad.__class__ is not np.ndarray else grad.shape


def reducible(shape: tuple, target: tuple) -> bool:
    """Whether a gradient can be summed to a shape."""
    if len(shape) < len(target):
        return False
    return all(want in (have, 1) for have, want in zip(shape[::-1], target[::-1], strict=False))
