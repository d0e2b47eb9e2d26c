"""The frames of one descent: every number in them refers to a column of the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from gradviz.stories.descending import Track
from gradviz.stories.descent_grid import MOMENTUM, RATE
from gradviz.stories.descent_plot import ZOOMS, Plot
from gradviz.stories.loop_sentences import DESCENT
from gradviz.stories.numbers import figure, stored
from gradviz.stories.parts import Ref, Rich, Run
from gradviz.stories.rich import Field, compose
from gradviz.stories.story import Frame


class Frames:
    """The frames of one run. All numbers in them are references into its columns."""

    def __init__(self, plot: Plot, track: Track, first: str, momenta: bool) -> None:
        self.plot, self.track, self.first = plot, track, first
        self.momentum: Run = Ref(MOMENTUM) if momenta else figure(track.setting.momentum)
        self.last = len(track.x) - 1
        self.by_hand = track.setting.optimizer == "SGD"
        self.forgets = not track.setting.clears
        self._told: dict[tuple[str, bool, bool], Rich] = {}
        self._curves: dict[tuple[int, int, bool], dict[str, Any]] = {}
        self._codes: dict[tuple[int, bool, bool, bool], dict[str, Any]] = {}
        self._losses: dict[float, dict[str, Any]] = {}
        finite = [f if math.isfinite(f) else -math.inf for f in track.f]
        self._highest = list(accumulate(finite, max))
        self._lowest = min((f for f in track.f if math.isfinite(f)), default=0.0)
        distances = [abs(x - plot.middle) if math.isfinite(x) else 0.0 for x in track.x]
        self._farthest = list(accumulate(distances, max))

    def steps(self) -> Iterator[Frame]:
        """A frame a step."""
        for k in range(self.last + 1):
            yield Frame(self._caption(k), self._states(k, 2, lit=k < self.last))

    def lines(self) -> Iterator[Frame]:
        """Four frames a step: forward, backward, update, clear."""
        for k in range(self.last + 1):
            phases = 4 if k < self.last else 3
            for phase in range(phases):
                caption = self._caption(k) if phase == 2 else self._line_caption(k, phase)
                yield Frame(caption, self._states(k, phase, lit=True), row=k)

    def _zoom(self, k: int, phase: int) -> int:
        far = self._farthest[min(self.last, k + (1 if phase >= 2 else 0))]
        wide = [self.plot.half * zoom for zoom in ZOOMS[: len(self.plot.ranges)]]
        return next((i for i, half in enumerate(wide) if half >= far * 1.001), len(wide) - 1)

    def _states(self, k: int, phase: int, *, lit: bool) -> dict[str, Any]:
        """States that are equal are one object, which later costs nothing to compare."""
        is_last = k == self.last
        curve = (self._zoom(k, phase), phase, is_last)
        code = (phase, lit, is_last, k == 0)
        highest = self._highest[k]
        if highest not in self._losses:
            self._losses[highest] = {"range": self._loss_range(highest)}
        if curve not in self._curves:
            self._curves[curve] = self._curve(*curve)
        if code not in self._codes:
            self._codes[code] = self._code(k, phase, lit)
        return {
            "curve": self._curves[curve],
            "code": self._codes[code],
            "loss": self._losses[highest],
        }

    def _curve(self, zoom: int, phase: int, is_last: bool) -> dict[str, Any]:
        hidden = []
        if phase < 1:
            hidden.append("tangent")
        if phase < 2 or is_last:
            hidden += ["landing", "ring", "arrow"]
        marks: dict[str, Any] = {name: {"hidden": True} for name in hidden}
        state: dict[str, Any] = {}
        if zoom:
            state["range"] = [stored(bound, 6) for bound in self.plot.ranges[zoom]]
            state["note"] = compose(DESCENT["wider"], {"times": ZOOMS[zoom]})
            marks["function"] = {"data": {"x": f"curve x {zoom}", "y": f"curve y {zoom}"}}
        return state | ({"marks": marks} if marks else {})

    def _loss_range(self, highest: float) -> tuple[float | None, ...]:
        """As long as the run, and as high as what was seen, in steps of 1, 2, 5."""
        low, high = _spread(
            (min(self._lowest, self.plot.least), highest if math.isfinite(highest) else 0.0)
        )
        return 0, max(10, self.last), stored(low, 3), stored(high, 3)

    def _code(self, k: int, phase: int, lit: bool) -> dict[str, Any]:
        shift = 0 if self.by_hand else 1
        state: dict[str, Any] = {}
        notes: dict[int, Rich] = {1 + shift: (Ref("f"),)}
        if phase >= 1:
            notes[2 + shift] = self._grad_note(k)
        if phase >= 2 and k < self.last:
            state["below"] = {5: self._update_note()}
        if self.forgets:
            state["off"] = [6]
            notes[6] = ("forgotten",)
        elif phase == 3:
            notes[6] = (f"{self.plot.name}.grad = {'0' if self.by_hand else 'None'}",)
        if not self.by_hand or self.first != "SGD":
            state["texts"] = self._optimizer_lines()
        if k == self.last and self.track.end == "done" and phase >= 2:
            state["line"] = 3 + shift
        elif lit:
            state["line"] = (1 + shift, 2 + shift, 5, 6)[phase]
        return state | {"notes": notes}

    def _optimizer_lines(self) -> Mapping[int, Rich]:
        """The loop of this run, its learning rate written in."""
        name, lines = self.plot.name, lines_of(self.plot, self.track.setting.optimizer)
        if self.by_hand:
            return {k: (line,) for k, line in enumerate(lines)}
        tail: Rich = (")",)
        if self.track.setting.optimizer != "Adam":
            is_nesterov = self.track.setting.optimizer == "Nesterov"
            tail = (", momentum=", self.momentum, ", nesterov=True)" if is_nesterov else ")")
        made = "Adam" if self.track.setting.optimizer == "Adam" else "SGD"
        first: Rich = (f"opt = {made}([{name}], lr=", Ref(RATE), *tail)
        return {0: first} | {k: (line,) for k, line in enumerate(lines) if k}

    def _grad_note(self, k: int) -> Rich:
        if self.forgets and k:
            return (Ref("grad.previous"), " + ", Ref("slope", "signed"), " = ", Ref("grad"))
        return (f"{self.plot.name}.grad = ", Ref("grad"))

    def _update_note(self) -> Rich:
        name = self.plot.name
        return (
            f"{name} = ",
            Ref("x"),
            " − ",
            Ref(RATE),
            " × ",
            Ref("direction", "signed"),
            " = ",
            Ref("x.next"),
        )

    def _product(self) -> Rich:
        speed = "v" if self.plot.name != "v" else "velocity"
        symbol = {
            "SGD": "grad",
            "momentum": speed,
            "Nesterov": f"(grad + μ · {speed})",
            "Adam": "m̂/(√v̂ + ε)",
        }
        along = symbol[self.track.setting.optimizer]
        return (
            ("hot", f"−lr · {along} = −"),
            Ref(RATE, style="hot"),
            ("hot", " × "),
            Ref("direction", "signed", "hot"),
            ("hot", " = "),
            Ref("move", style="hot"),
        )

    def _fields(self, k: int) -> dict[str, Field]:
        track = self.track
        steps = f"{k} step" if k == 1 else f"{k} steps"
        return {
            "name": self.plot.name,
            "x_name": self.plot.name,
            "f_name": "f",
            "x": Ref("x"),
            "f": Ref("f"),
            "f_next": Ref("f.next"),
            "f_first": Ref("f.first"),
            "slope": Ref("slope"),
            "grad": Ref("grad"),
            "previous": Ref("grad.previous"),
            "product": self._product(),
            "way": DESCENT["left" if track.move[k] < 0 else "right"],
            "slants": DESCENT["rises" if track.slope[k] > 0 else "falls"],
            "steps": steps,
            "stop": figure(track.setting.stop),
            "size": figure(abs(track.grad[k])),
            "rate": Ref(RATE),
        }

    def _caption(self, k: int) -> Rich:
        if k == self.last:
            return self._end(k)
        track = self.track
        known = (self._situation(k), track.move[k] < 0, track.slope[k] > 0)
        told = self._told.get(known)
        if told is None:
            told = self._told[known] = compose(DESCENT[known[0]], self._fields(k))
        return told

    def _situation(self, k: int) -> str:
        track = self.track
        f, after, step = track.f[k], track.f[k + 1], track.move[k]
        turned = k > 0 and track.direction[k] * track.direction[k - 1] < 0
        if step == 0:
            return "flat"
        if self.forgets and k:
            return "forgot, uphill" if track.slope[k] * track.grad[k] < 0 else "forgot"
        if abs(after - f) < 1e-6 * abs(f) and abs(step) > 1e-3 * self.plot.half:
            return "bounces"
        if after > f:
            return "overshoots" if turned or self.by_hand else "carries"
        return "first" if k == 0 else "step"

    def _line_caption(self, k: int, phase: int) -> Rich:
        if phase == 0:
            key = "forward"
        elif phase == 1:
            key = "backward, forgot" if self.forgets and k else "backward"
        else:
            key = "clear, forgot" if self.forgets else "clear"
        return compose(DESCENT[key], self._fields(k))

    def _end(self, k: int) -> Rich:
        track = self.track
        fields = self._fields(k)
        why = compose(DESCENT["why, forgot" if self.forgets else "why, rate"], fields)
        first = why[0]
        raised: Rich = (first[0].upper() + first[1:], *why[1:]) if isinstance(first, str) else why
        fields |= {"why": why, "why_long": raised, "hint": self._hint(k)}
        key = track.end
        if key == "overflow":
            fields["f"] = figure(track.f[k])
        if key == "more" and abs(track.f[k]) > 1.5 * abs(track.f[0]) + 1:
            key = "worse"
        return compose(DESCENT[key], fields)

    def _hint(self, k: int) -> Rich:
        track = self.track
        if self.forgets:
            return compose(DESCENT["hint, forgot"], self._fields(k))
        if (
            k
            and abs(track.f[k] - track.f[0]) < 1e-3 * abs(track.f[k])
            and abs(track.move[k]) > 0.1 * self.plot.half
        ):
            return compose(DESCENT["hint, bounces"])
        if k and abs(track.f[k - 1] - track.f[k]) < 0.02 * abs(track.f[0] - track.f[k]):
            return compose(DESCENT["hint, small"])
        return ()


def _spread(bounds: tuple[float, float]) -> tuple[float, float]:
    """Bounds with some air, the upper one in steps of 1, 2, 5, so that it seldom moves."""
    low, high = bounds
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span))
    nice = next(step for step in (1, 2, 5, 10) if step * power >= span * 0.999)
    return low - 0.06 * nice * power, low + 1.06 * nice * power


def lines_of(plot: Plot, optimizer: str) -> tuple[str, ...]:
    """The loop's code, by hand or with an optimiser."""
    name = plot.name
    loop = (
        f"for step in range({plot.steps}):",
        f"    y = f({name})",
        "    y.backward()",
        f"    if {name}.grad.abs() <= {plot.stop:g}: break",
    )
    if optimizer == "SGD":
        ends = (
            "    with torch.no_grad():",
            f"        {name} -= lr * {name}.grad",
            f"    {name}.grad.zero_()",
        )
        return (*loop, *ends)
    made = {"Adam": "Adam([{x}], lr=lr)"}.get(optimizer, "SGD([{x}], lr=lr, momentum=…)")
    return (f"opt = {made.format(x=name)}", *loop, "    opt.step()", "    opt.zero_grad()")
