"""Whether something gets on: when it last did, how much waits there, and why it stands if it must."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Headway:
    """Times by the monotonic clock. `lag` is None until it is known.

    `stands`: why it stopped on purpose; a new start mends nothing.
    """

    last: float = field(default_factory=time.monotonic)
    lag: int | None = None
    stands: str | None = None

    def moved(self) -> None:
        """It got on, or nothing waits."""
        self.last, self.stands = time.monotonic(), None

    def stand(self, why: str) -> None:
        """It stops on purpose, and says why until it moves again."""
        self.last, self.stands = time.monotonic(), why

    def stalled_for(self) -> float:
        """Seconds without progress although something waits, or may wait."""
        return time.monotonic() - self.last
