"""`jembatan up` and `down`: the whole platform on this machine, kept running."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cli.embedded import errors, plans, postgres, processes, runtime
from cli.embedded.detached import start_detached
from cli.embedded.errors import EmbeddedError
from cli.embedded.options import Options
from cli.embedded.runtime import Runtime, read_runtime
from cli.embedded.stack import EmbeddedStack
from cli.embedded.workers import Backoff, Worker, stop_all

__all__ = ["Options", "Runtime", "down", "read_runtime", "run", "up"]

_LOOK = 0.2
_GRACE = 60.0
_TRIES = 3
_READY_WITHIN = 90.0
Say = Callable[[str], None]


def up(folder: Path, options: Options, *, detach: bool = False, say: Say = print) -> None:
    """Runs the platform with its data under `folder`: until Ctrl-C or SIGTERM, or, detached, until `down`.

    Detached it returns when everything is ready. Raises EmbeddedError, one sentence, if it cannot start.
    """
    errors.check_python((sys.version_info.major, sys.version_info.minor))
    errors.check_packages()
    folder, options = folder.resolve(), options.absolute()
    errors.prepare(folder)
    plans.reporters_topics(options)
    if detach:
        start_detached(folder, options, say)
    else:
        run(folder, options, say)


def down(folder: Path, *, say: Say = print) -> bool:
    """Ends what runs in `folder`, also what a crash left; True if there was anything."""
    folder = runtime.home(folder)
    owner = runtime.supervisor(folder)
    if owner:
        say(f"Stopping Jembatan in {folder} …")
        processes.end(owner, signal.SIGTERM, _GRACE)
    left = _reap_all(folder)
    runtime.remove_runtime(folder)
    return left or owner is not None


def run(folder: Path, options: Options, say: Say) -> None:
    """Starts everything and looks after it until asked to stop, in the foreground."""
    stack = EmbeddedStack(folder, kafka_port=options.kafka_port, postgres_port=options.postgres_port, say=say)
    with _asked_to_stop(say) as stop:
        stack.claim()
        try:
            with errors.speaking(folder):
                runtime.record_supervisor(folder)
                _reap_all(folder)
                with stack:
                    _serve(Supervisor(stack, options, say), stop)
        finally:
            runtime.remove_runtime(folder)
            runtime.forget_supervisor(folder)
            stack.stop()


def _serve(supervisor: Supervisor, stop: threading.Event) -> None:
    try:
        supervisor.start(stop)
        while not stop.wait(_LOOK):
            supervisor.look()
    finally:
        supervisor.stop()


class Supervisor:
    """Starts the services on a running stack, and starts again whatever ends."""

    def __init__(self, stack: EmbeddedStack, options: Options, say: Say) -> None:
        self.stack, self.options, self.say = stack, options, say
        self.workers: list[Worker] = []
        self.servers = {"kafka": Backoff(), "postgres": Backoff()}

    def start(self, stop: threading.Event) -> None:
        """Prepares the platform, starts the services, waits until they are ready, writes runtime.json."""
        plans.prepare(self.stack, self.options, self.say)
        self.workers = plans.workers(self.stack, self.options)
        for worker in self.workers:
            worker.start(time.monotonic())
        self._await_ready(stop)
        self._write()
        if not stop.is_set():
            self.say(f"Ready: Kafka {self.stack.kafka}, all in {self.stack.folder / runtime.NAME}.")

    def look(self) -> None:
        """Starts again what has ended, and says so."""
        now = time.monotonic()
        changes = [worker.look(now, self.say) for worker in self.workers]
        changes += [self._look_at(name, now) for name in self.servers]
        if any(changes):
            self._write()

    def stop(self) -> None:
        """Ends the services in order; the stack ends after them."""
        runtime.remove_runtime(self.stack.folder)
        self.say("Stopping …")
        stop_all(self.workers)

    def _await_ready(self, stop: threading.Event) -> None:
        end = time.monotonic() + _READY_WITHIN
        waiting = self.workers
        while waiting and time.monotonic() < end and not stop.wait(_LOOK):
            for worker in waiting:
                self._start_again(worker)
            waiting = [worker for worker in waiting if not worker.is_ready()]
        if waiting and not stop.is_set():
            names = ", ".join(worker.name for worker in waiting)
            self.say(f"Not ready yet: {names}; see {self.stack.folder / 'logs'}.")

    def _start_again(self, worker: Worker) -> None:
        worker.look(time.monotonic(), self.say)
        if worker.backoff.failures >= _TRIES:
            raise EmbeddedError(f"{worker.name} cannot start: {worker.last_words()} (see {worker.log})")

    def _look_at(self, name: str, now: float) -> bool:
        part = self.stack.broker if name == "kafka" else self.stack.server
        again = self.stack.restart_kafka if name == "kafka" else self.stack.restart_postgres
        backoff = self.servers[name]
        if backoff.due is None and (part.child is None or part.child.exited() is not None):
            self.say(
                f"{name} ended, starts again in {backoff.end(now):g} s; see {self.stack.folder / 'logs'}."
            )
            return True
        if backoff.is_due(now):
            self._restart(name, again, backoff)
            return True
        return False

    def _restart(self, name: str, again: Callable[[], None], backoff: Backoff) -> None:
        backoff.start(time.monotonic())
        try:
            again()
            self.say(f"{name} started again.")
        except (EmbeddedError, OSError) as error:
            wait = backoff.end(time.monotonic())
            self.say(f"{name} did not start: {error} Next try in {wait:g} s.")

    def _write(self) -> None:
        found = self.stack.pids()
        for worker in self.workers:
            if worker.child:
                found.setdefault(worker.service, []).append(worker.child.pid)
        written = Runtime(
            kafka=self.stack.kafka,
            postgres=self.stack.postgres,
            supervisor=os.getpid(),
            processes=found,
            urls={worker.name: worker.url for worker in self.workers},
        )
        runtime.write_runtime(self.stack.folder, written)


def _reap_all(folder: Path) -> bool:
    """Ends everything that an earlier run left: services first, then the servers they talk to."""
    records = [path.stem for path in (folder / "pids").glob("*.json") if path.stem != runtime.SUPERVISOR]
    last = [name for name in ("kafka", "postgres") if name in records]
    names = [name for name in records if name not in last] + last
    quits = {"postgres": signal.SIGINT}
    ended = [processes.reap(folder, name, quits.get(name, signal.SIGTERM)) for name in names]
    return postgres.clear_remains(folder / "postgres") or any(ended)


@contextmanager
def _asked_to_stop(say: Say) -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C interrupts whatever goes on."""
    stop = threading.Event()

    def note(number: int, _: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, note) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
