"""All at once, by chance: kills, pauses, links that stand, servers that go. As in `scenarios`."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable
from time import monotonic, sleep

from tests.faults.links import by_kafka, by_postgres, kafka_proxy, postgres_proxy
from tests.faults.toyload import ToyLoad
from tests.faults.toys import Inconclusive, Toys
from tests.faults.verdict import judge
from tests.support.platform import Process
from tests.support.proxy import Proxy

PROCESSES = 2


class Nemesis:
    """Chooses what breaks next, by a seed, and does it."""

    def __init__(self, toys: Toys, chance: random.Random, kafka: Proxy, postgres: Proxy) -> None:
        self._toys, self._chance = toys, chance
        self._links = {"Kafka": kafka, "PostgreSQL": postgres}
        self._through = by_kafka(kafka) | by_postgres(toys, postgres)
        self.done: Counter[str] = Counter()

    def start(self) -> None:
        """As many processes as there should be."""
        while len(self._toys.running()) < PROCESSES:
            self._toys.one(**self._through)

    def strike(self) -> None:
        """Break one thing, or two, and mend it."""
        act = self._chance.choice(
            (self._kill, self._pause, self._link, self._link, self._server, self._retire)
        )
        self.start()
        act()
        self.start()

    def _victim(self) -> Process:
        return self._chance.choice(self._toys.running())

    def _kill(self) -> None:
        self._victim().kill()
        self.done["a process killed"] += 1

    def _retire(self) -> None:
        self._victim().send(signal.SIGTERM)
        self.done["a process told to stop"] += 1
        sleep(self._chance.uniform(0.0, 2.0))

    def _pause(self) -> None:
        victim = self._victim()
        victim.send(signal.SIGSTOP)
        sleep(self._chance.uniform(1.0, 7.0))
        victim.send(signal.SIGCONT)
        self.done["a process stopped and woken"] += 1

    def _link(self) -> None:
        name = self._chance.choice(tuple(self._links))
        self._chance.choice((self._cut, self._stand, self._mute))(self._links[name])
        self.done[f"the link to {name} broken"] += 1

    def _cut(self, link: Proxy) -> None:
        link.cut()

    def _stand(self, link: Proxy) -> None:
        link.freeze()
        sleep(self._chance.uniform(0.5, 6.0))
        link.freeze(False)

    def _mute(self, link: Proxy) -> None:
        link.mute()
        sleep(self._chance.uniform(0.5, 6.0))
        link.mute(False)

    def _server(self) -> None:
        stack = self._toys.stack
        ways: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "Kafka": (stack.kill_kafka, stack.restart_kafka),
            "PostgreSQL": (stack.kill_postgres, stack.restart_postgres),
        }
        name = self._chance.choice(tuple(ways))
        down, up = ways[name]
        down()
        sleep(self._chance.uniform(0.0, 3.0))
        up()
        self.done[f"{name} killed"] += 1


def storm(toys: Toys, seed: int, seconds: float = 180.0) -> Counter[str]:
    """Something breaks every few seconds, for three minutes; gives what, and how often."""
    chance = random.Random(seed)
    with kafka_proxy(toys) as kafka, postgres_proxy(toys) as postgres:
        nemesis = Nemesis(toys, chance, kafka, postgres)
        with ToyLoad(toys, seed) as load:
            nemesis.start()
            end = monotonic() + seconds
            while monotonic() < end:
                sleep(chance.uniform(0.5, 5.0))
                nemesis.strike()
            nemesis.start()
            sleep(2.0)
            load.__exit__()
            judge(toys, load)
    if len(nemesis.done) < 4 or nemesis.done.total() < seconds / 20:
        raise Inconclusive(f"too little was broken: {nemesis.done}")
    return nemesis.done
