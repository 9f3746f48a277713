"""`make compose-test`: an engine, the images, the tests; then all of it away again, also after a failure."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.compose import images
from tests.compose.engine import Engine, NoEngine, engine
from tests.compose.reference import play
from tests.compose.shell import CommandFailed, run, tried
from tests.compose.site import DEMO, Context, Project, checkout
from tests.support.platform import ROOT

BEGAN = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - BEGAN:4.0f} s] {text}", flush=True)


def main(arguments: list[str]) -> int:
    """The exit code of the tests. Without an engine: 0, but 1 where CI=true, which has to have one."""
    # As Ctrl-C: what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="jembatan-compose-", ignore_cleanup_errors=True) as place:
        try:
            return _in(Path(place), arguments)
        except NoEngine as error:
            print(f"The containers were NOT tested: {error}", file=sys.stderr)
            return 1 if os.environ.get("CI") == "true" else 0


def _in(folder: Path, arguments: list[str]) -> int:
    with engine(folder, say) as running, _prepared(running, folder) as context:
        (folder / "context.json").write_text(context.model_dump_json())
        os.environ["JEMBATAN_COMPOSE_TEST"] = str(folder / "context.json")
        say("Testing …")
        chosen = arguments or ["tests/compose"]
        code = pytest.main(["-v", "-x", "--durations=12", "--timeout=900", "-p", "no:cacheprovider", *chosen])
        say(f"Done, exit code {int(code)}.")
        return int(code)


@contextmanager
def _prepared(running: Engine, folder: Path) -> Iterator[Context]:
    name = f"jembatan-test-{os.getpid()}"
    with ThreadPoolExecutor(2) as pool:
        # While packages are fetched, the example is played in the embedded way, to compare with.
        reference = pool.submit(play, folder / "reference", say)
        wheels = pool.submit(run, ["make", "--no-print-directory", "wheelhouse"], cwd=ROOT, within=600)
        made = images.prepare(running, folder, name, say)
        wheels.result()
        context = Context(
            folder=folder / "checkout", project=name, kafka_port=_free(), demo_port=_free(),
            environment=running.environment | made.environment, reference=reference.result(),
        )  # fmt: skip
    try:
        checkout(context.folder)
        yield context
    finally:
        _clean(running, context, made.made)


def _clean(running: Engine, context: Context, tags: tuple[str, ...]) -> None:
    for project in (Project(context), Project(context, DEMO)):
        with contextlib.suppress(CommandFailed):
            project.down()
    if not running.ours:
        tried(["docker", "image", "rm", "--force", *tags], env=running.environment)
    shutil.rmtree(context.folder, ignore_errors=True)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
