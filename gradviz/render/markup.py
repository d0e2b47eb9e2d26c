"""SVG as text: elements whose attributes and texts cannot break out."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.render.measure import harmless
from gradviz.render.paths import number

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_NAMES = {"class_": "class"}


def escape(text: str) -> str:
    """A text of a learner as it may stand in XML.

    >>> escape('<b title="x">&')
    '&lt;b title=&quot;x&quot;&gt;&amp;'
    """
    return harmless(text).translate(_ESCAPES)


def element(tag: str, *children: str, **attributes: str | float | None) -> str:
    """An element; children are markup already. An attribute that is None is left out.

    >>> element("rect", x=1.0, class_="sheet", rx=None)
    '<rect x="1" class="sheet"/>'
    """
    written = "".join(
        f' {_NAMES.get(name, name.replace("_", "-"))}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def spans(runs: Sequence[tuple[str, str]]) -> str:
    """Styled runs as `tspan`s, plain ones as they are."""
    return "".join(
        escape(text)
        if not style
        else element("tspan", escape(text), class_=_CLASSES.get(style, style))
        for style, text in runs
    )


_CLASSES = {"code": "m"}
