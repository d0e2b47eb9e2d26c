"""Reading a story as the player shows it."""

import math

from gradviz.stories.numbers import figure
from gradviz.stories.parts import Ref


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
