"""The machine's packet filter as it was before an engine changed it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.compose.shell import tried

FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
# A table that was never used is not in what is saved, so what an engine put into it must be emptied.
EMPTY = {
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
}


@contextmanager
def kept() -> Iterator[None]:
    """Puts the rules of iptables, and whether packets are passed on, back as they were."""
    tool = shutil.which("iptables-save", path="/usr/sbin:/sbin:/usr/bin")
    saved = tried([tool]) if tool else None
    forward = FORWARD.read_text()
    try:
        yield
    finally:
        if tool and saved and saved.returncode == 0:
            tried([tool.replace("-save", "-restore")], stdin=rules(saved.stdout))
        with suppress(OSError):
            FORWARD.write_text(forward)


def rules(before: str) -> str:
    """What to restore: what was saved, and the tables that it does not name, empty."""
    named = {line[1:] for line in before.splitlines() if line.startswith("*")}
    empty = [
        "\n".join([f"*{table}", *(f":{chain} ACCEPT [0:0]" for chain in chains), "COMMIT"])
        for table, chains in EMPTY.items()
        if table not in named
    ]
    return "\n".join([before.rstrip("\n"), *empty]).lstrip("\n") + "\n"
