"""The picture in README. `python tests/house/picture.py` draws it anew."""

from pathlib import Path

import gradviz as torch

PICTURE = Path(__file__).resolve().parents[2] / "notebooks" / "backward.svg"


def draw_picture() -> str:
    x = torch.tensor(3.0, requires_grad=True)
    y = 3*x**2 + 4*x + 2  # fmt: skip
    return torch.BackwardStepper(y).svg(step=4)


if __name__ == "__main__":
    PICTURE.write_text(draw_picture(), encoding="utf-8", newline="\n")
