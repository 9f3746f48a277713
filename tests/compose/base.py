"""A small Debian with Python, to make images from, where none can be pulled."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from tests.compose.engine import NoEngine
from tests.compose.shell import CommandFailed, run

SUITE = "bookworm"
SOURCES = ("sources.list", "sources.list.d/*.list", "sources.list.d/*.sources")
# What an image does not need and a package manager can bring back.
SPARE = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale")


def debian(folder: Path, apt: Path = Path("/etc/apt")) -> Path:
    """Makes a minimal Debian in `folder`, from where this machine takes its own packages. Raises NoEngine."""
    texts = [path.read_text(errors="replace") for form in SOURCES for path in sorted(apt.glob(form))]
    address = mirror(texts)
    if address is None or shutil.which("debootstrap", path="/usr/sbin:/usr/bin") is None:
        raise NoEngine("No image registry answers, and no Debian packages to make a base image from.")
    try:
        run(
            ["debootstrap", "--variant=minbase", "--include=python3", SUITE, str(folder), address],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, within=600,
        )  # fmt: skip
    except CommandFailed as error:
        raise NoEngine(f"No base image: {error}") from error
    for name in SPARE:
        shutil.rmtree(folder / name, ignore_errors=True)
    return folder


def mirror(texts: Iterable[str]) -> str | None:
    """The first address of Debian's packages in apt's sources, in either of their two forms."""
    found = [address for text in texts for address in _addresses(text)]
    return next(
        (address for address in found if urlsplit(address).path.rstrip("/").endswith("/debian")), None
    )


def _addresses(text: str) -> list[str]:
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    one_line = [re.sub(r"\[.*?\]", "", line).split() for line in lines if line.startswith("deb ")]
    stanzas = [line.partition(":")[2].split() for line in lines if line.lower().startswith("uris:")]
    return [words[1] for words in one_line if len(words) > 1] + [w for words in stanzas for w in words]
