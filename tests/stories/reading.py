"""Reading a story as the player shows it."""

import math
import re

from gradviz.stories.numbers import figure
from gradviz.stories.parts import STYLES, Ref


def told(run, place):
    """The caption of a frame as the player shows it: references read in the run's columns."""
    frame = run.frames[place]
    row = place if frame.row is None else frame.row
    return "".join(read(part, run.columns, row) for part in frame.caption)


def read(part, columns, row):
    if isinstance(part, str):
        return part
    if not isinstance(part, Ref):
        return part[1]
    name, _, word = part.name.partition(".")
    if name not in columns:
        return f"<{part.name}>"
    at = {"next": row + 1, "previous": row - 1, "first": 0, "last": -1}.get(word, row)
    text = figure(columns[name][at])
    return f"({text})" if part.form == "signed" and text.startswith("−") else text


def close(text, number):
    return math.isclose(float(text.replace("−", "-")), number, rel_tol=6e-4, abs_tol=1e-6)


NUMBER = re.compile(r"(?<![\w.])−?\d+(?:\.\d+)?(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?:e[-−+]?\d+)?(?![\w])")
NOT_TEXT = frozenset(
    {"range", "data", "line", "lit", "hot", "off", "from", "to", "mark", "tolerance"}
)


def texts(story, place, step):
    """All that stands in a frame: captions, notes, rows, wires, questions, as the player shows it."""
    run = story.runs[place]
    frame = run.frames[step]
    row = step if frame.row is None else frame.row
    known = dict(run.columns)
    for axis, index in zip(story.axes, place, strict=False):
        text = axis.texts[index] if axis.texts else str(axis.values[index])
        known[axis.name] = Written(text)
    yield joined(frame.caption, known, row)
    for state in (*frame.states.values(), frame.question or {}):
        yield from _in_state(state, known, row)


class Written(str):
    """How a control writes its value."""


def joined(rich, known, row):
    return "".join(_run(run, known, row) for run in rich)


def _run(run, known, row):
    if isinstance(run, Ref) and isinstance(known.get(run.name), Written):
        return known[run.name]
    if isinstance(run, str | Ref):
        return read(run, known, row)
    return run[1].translate(LOWERED) if run[0] == "sup" else run[1]


LOWERED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _is_rich(value):
    return isinstance(value, tuple) and all(
        isinstance(run, str | Ref)
        or (isinstance(run, tuple) and len(run) == 2 and run[0] in STYLES)
        for run in value
    )


def _in_state(value, known, row):
    if isinstance(value, str):
        yield value
    elif isinstance(value, Ref):
        yield _run(value, known, row)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in NOT_TEXT:
                yield from _in_state(part, known, row)
    elif _is_rich(value):
        yield joined(value, known, row)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _in_state(part, known, row)


def numbers_in(text):
    """The numbers of a text."""
    for found in NUMBER.findall(text):
        mantissa, _, power = found.replace("−", "-").partition("×10")
        exponent = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        yield found, float(mantissa) * 10.0 ** int(exponent or 0)


def strangers(story, computed, written=()):
    """Numbers in any frame of a story, or of its tabs, that are neither computed nor in the code."""
    for one in (story, *story.variants):
        plain_numbers = {number for text in written for _, number in numbers_in(text)}
        for part in one.scene.parts:
            for line in getattr(part, "lines", ()):
                plain_numbers |= {number for _, number in numbers_in(line.replace("-", "−"))}
        plain_numbers |= {abs(number) for number in plain_numbers}
        for place, run in one.runs.items():
            plain_numbers |= set(map(float, range(max(13, len(run.frames) + 1))))
            for step in range(len(run.frames)):
                for text in texts(one, place, step):
                    for found, number in numbers_in(text):
                        if number not in plain_numbers and not is_near(number, computed, found):
                            yield one.tab or one.title, place, step, found, text


def is_near(number, computed, text=""):
    """Whether a number is one of those, rounded to four digits, or to the decimals of its text."""
    decimals = text.partition(".")[2]
    unit = 0.51 * 10.0 ** -len(decimals) if decimals.isdigit() else 0.0
    return any(abs(number - one) <= max(unit, 6e-4 * abs(one) + 1e-7) for one in computed)
