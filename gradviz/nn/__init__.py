"""Networks: modules, losses, parameters."""

from . import functional as functional
