"""Kafka's jars: pinned by coordinates and SHA-256, fetched by jgo into a cache of the user."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from cli.embedded.errors import EmbeddedError, speaking

if TYPE_CHECKING:
    from jgo.maven import MavenContext

PINS = Path(__file__).with_name("kafka-jars.sha256")
REPOSITORY = "JEMBATAN_MAVEN_REPOSITORY"
_AT_ONCE = 8


@dataclass(frozen=True)
class Jar:
    """One pinned jar; `path` is where it lies below a Maven repository's root."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def path(self) -> Path:
        return Path(
            *self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}.jar"
        )


def pinned(text: str) -> list[Jar]:
    """Reads lines of `<sha256>  <group>:<artifact>:<version>`."""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [Jar(digest, *coordinates.split(":")) for digest, coordinates in rows]


def is_good(jar: Jar, root: Path) -> bool:
    """True if the jar is in the cache and is the pinned one, byte for byte."""
    try:
        return hashlib.sha256((root / jar.path).read_bytes()).hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def cache_root() -> Path:
    """Where jars are kept, once for a user: in jgo's cache folder, which JGO_CACHE_DIR can move."""
    from jgo.constants import default_jgo_cache

    return Path(default_jgo_cache()) / "jembatan"


def classpath(say: Callable[[str], None], root: Path | None = None) -> list[Path]:
    """The verified jars, fetched first if any is missing or not what was pinned.

    Raises EmbeddedError without network, and when a repository gives another file than the pinned one.
    """
    root = root or cache_root()
    jars = pinned(PINS.read_text("utf-8"))
    if any(not is_good(jar, root) for jar in jars):
        _fill(jars, root, say)
    return [root / jar.path for jar in jars]


def _fill(jars: list[Jar], root: Path, say: Callable[[str], None]) -> None:
    with speaking(root):
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock"):
            missing = [jar for jar in jars if not is_good(jar, root)]
            if missing:
                say(f"Fetching Apache Kafka ({len(missing)} jars, once for this user) …")
                _fetch_all(missing, root)


def _fetch_all(jars: list[Jar], root: Path) -> None:
    context = _context(root)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for done in [pool.submit(_fetch, context, jar, root) for jar in jars]:
            done.result()


def _context(root: Path) -> MavenContext:
    # Late: it takes a third of a second, and only a first start needs it.
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext

    place = os.environ.get(REPOSITORY, MAVEN_CENTRAL_URL)
    return MavenContext(repo_cache=root, remote_repos={"repository": place}, timeout=60)


def _fetch(context: MavenContext, jar: Jar, root: Path) -> None:
    import requests

    place = root / jar.path
    # What is there was cut off or altered; jgo takes any file that exists.
    place.unlink(missing_ok=True)
    name = f"{jar.artifact}-{jar.version}.jar"
    try:
        context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except (requests.RequestException, RuntimeError) as error:
        raise EmbeddedError(
            f"{name} of Apache Kafka could not be fetched: no network, or the repository does not answer; "
            f"connect once, or name a mirror in {REPOSITORY}."
        ) from error
    if not is_good(jar, root):
        place.unlink(missing_ok=True)
        raise EmbeddedError(f"{name} is not the file that was pinned (SHA-256 differs); it was not used.")
