"""Where everything in a picture stands: what the layout hands to the writers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EDGE = 8.0
"""Between a leaf's edge and its `.grad` box."""
Point = tuple[float, float]
Direction = Literal["d", "u", "r", "l"]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card's box, and the texts as they fit into it.

    `x` and `y` are its left top corner. `kind` is the card's, so that a fold without children
    (`open` is False) can be told from one that holds its repetition.
    """

    id: str
    x: float
    y: float
    width: float
    height: float
    title: str
    value: str | None = None
    subtitle: str = ""
    pocket: str | None = None
    pocket_width: float = 0.0
    grad: tuple[float, float, float, float] | None = None
    """Left edge, top, width and height of a leaf's `.grad` box."""
    sockets: tuple[float, ...] = ()
    """One a wire that ends here, in the order of the picture's wires, on the card's top edge;
    none in a forward picture, where nothing arrives at a leaf."""
    meet: Point | None = None
    """Centre of the sum's pill, where more than one wire ends."""
    open: bool = False
    """A fold or module whose children are placed inside it."""

    @property
    def lines(self) -> tuple[float, float]:
        """Where a leaf's two lines of text stand, above its `.grad` box or beside it."""
        below = self.grad is not None and self.grad[1] > self.y + EDGE
        zone = self.grad[1] - self.y if self.grad and below else self.height
        return self.y + zone / 2 - 3, self.y + zone / 2 + 14


@dataclass(frozen=True, slots=True)
class PlacedWire:
    """A wire's path, and where its arrowhead and its texts stand."""

    id: str
    d: str
    arrow: tuple[float, float, Direction] | None
    """The tip, and where it points; None for a stub to a ghost and for a cut."""
    pill: Point
    """Centre of the arithmetic, while the wire is active."""
    done: tuple[float, float, Anchor]
    """Where the number stays: x, the text's middle, and how it is anchored."""
    label: tuple[float, float, Anchor] | None = None
    scissors: tuple[float, float, int] | None = None
    """Centre and turn in degrees."""
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A whole picture; compounds stand before what they hold."""

    width: float
    height: float
    cards: tuple[PlacedCard, ...]
    wires: tuple[PlacedWire, ...]
