"""Named places in the engine where a test makes this process fail, armed by `JEMBATAN_FAILPOINT`.

`NAME[:NTH][:ACTION]`: at the NTH time (default 1) that the process reaches the place, it ends as by kill -9
(`exit`, the default), stops (`stop`, as by SIGSTOP), raises (`raise`), or blocks its event loop
(`sleep=SECONDS`). Without the variable, `reach` does nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

VARIABLE = "JEMBATAN_FAILPOINT"
EXIT_CODE = 137
ACTIONS = ("exit", "stop", "raise", "sleep")

POINTS: Mapping[str, str] = {
    "assigned": "partitions were assigned to this process, and none of their workers has started",
    "revoked": "partitions were taken away, and their workers still run",
    "partition_read": "the positions of a partition are read, and nothing is fetched yet",
    "batch_taken": "a batch is fetched, and no transaction has begun",
    "begun": "the transaction of a batch has begun",
    "moved": "its positions are moved",
    "claimed": "its reports' ids are claimed",
    "loaded": "its states are locked and loaded",
    "saved": "its states are saved",
    "locked": "the lanes are locked, and no fact has its place yet",
    "placed": "the facts are in the outbox, and the lanes' heads are raised",
    "raised": "all is written, before COMMIT; also for deadlines and pages",
    "committed": "a batch is committed, and nobody is told",
    "lane_taken": "a lane's epoch is raised",
    "ends_read": "Kafka's ends are read, and not compared",
    "compared": "the ends are compared with the outbox, and nothing is sent",
    "producer_given": "Kafka has given a producer id, and it is not written",
    "producer_written": "a lane's producer id is written",
    "sending": "a request is made, and not sent",
    "sent": "Kafka has acknowledged a request, and the mark is not written; other outputs may be under way",
    "marked": "the mark of a request is written",
    "deadline_begun": "the transaction of deadlines has begun",
    "deadline_committed": "deadlines are committed, and nobody is told",
    "page_done": "a job's page is done in its transaction, and not turned",
    "page_turned": "the page is turned, and its facts have no places",
    "page_committed": "a page is committed, and nobody is told",
    "pruned": "facts are removed from the outbox, before COMMIT",
}
"""Every place by its name, and what has happened there."""


class BadFailpoint(ValueError):
    """`JEMBATAN_FAILPOINT` is not `NAME[:NTH][:ACTION]`."""


class Injected(Exception):
    """Raised at a failpoint whose action is `raise`."""


@dataclass(frozen=True, slots=True)
class Failpoint:
    """What is to happen where, and at which time that it is reached (from 1)."""

    name: str
    nth: int
    action: str
    seconds: float = 0.0

    def fire(self) -> None:
        # Written past all buffers: nothing is flushed after this.
        os.write(sys.stderr.fileno(), f"failpoint {self.name}:{self.nth}:{self.action}\n".encode())
        if self.action == "exit":
            os._exit(EXIT_CODE)
        if self.action == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        if self.action == "raise":
            raise Injected(self.name)
        time.sleep(self.seconds)


def parse(text: str) -> Failpoint:
    """Read `NAME[:NTH][:ACTION]`; BadFailpoint names every fault."""
    name, *more = text.split(":")
    nth = more.pop(0) if more and more[0].isdecimal() else "1"
    action, _, seconds = (more.pop(0) if more else "exit").partition("=")
    faults = [f"no failpoint is called {name!r}"] if name not in POINTS else []
    faults += [f"no action is called {action!r}; there are {', '.join(ACTIONS)}"] * (action not in ACTIONS)
    faults += ["the time reached counts from 1"] * (int(nth) < 1)
    faults += [f"{':'.join(more)!r} is too much"] * bool(more)
    faults += ["sleep needs its seconds, as sleep=2.5"] * ((action == "sleep") != _is_number(seconds))
    if faults:
        raise BadFailpoint(f"{VARIABLE}={text}: {'; '.join(faults)}")
    return Failpoint(name, int(nth), action, float(seconds or 0))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def armed(failpoint: Failpoint, fire: Callable[[Failpoint], None] = Failpoint.fire) -> Callable[[str], None]:
    """A `reach` that fires once, when its place is reached for the nth time."""
    times: Counter[str] = Counter()

    def reach(name: str) -> None:
        times[name] += 1
        if name == failpoint.name and times[name] == failpoint.nth:
            fire(failpoint)

    return reach


def _nothing(_: str) -> None:
    """Nothing is armed."""


reach: Callable[[str], None] = armed(parse(os.environ[VARIABLE])) if os.environ.get(VARIABLE) else _nothing
"""Tell that a place is reached."""
