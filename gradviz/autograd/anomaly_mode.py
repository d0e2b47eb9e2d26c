"""Finding the forward call whose gradient fails."""

from __future__ import annotations

from ..core import anomaly
from ..core.errors import warn

ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
    "enabled for debugging."
)


class set_detect_anomaly:
    """Turn anomaly detection on or off; as a context manager, for its length."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.was = anomaly.Anomaly.enabled, anomaly.Anomaly.check_nan
        anomaly.switch(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        anomaly.switch(*self.was)


class detect_anomaly:
    """Within it, a backward pass that fails or gives NaN names the forward call to blame."""

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan
        warn(ENABLED)

    def __enter__(self) -> None:
        self.was = anomaly.Anomaly.enabled, anomaly.Anomaly.check_nan
        anomaly.switch(True, self.check_nan)

    def __exit__(self, *_: object) -> None:
        anomaly.switch(*self.was)
