"""Every op by its name, for whoever calls one: `ops.mm(a, b)`; the families of ops fill it."""

from __future__ import annotations

from typing import Any


class Names:
    """Ops and composed functions; a name that is not known yet makes the waiting families read."""

    def __getattr__(self, name: str) -> Any:
        from . import ops as families

        if families.read_all():
            return getattr(self, name)
        raise AttributeError(f"no op is called {name!r}")


ops: Any = Names()
