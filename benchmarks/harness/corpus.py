"""Reports of which some are bad, as a file that programs of any environment can read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from benchmarks.harness.backlog import backlog

FAULTS = (
    (b'"education":', b'"educaton":'),
    (b'"isco08":"2221"', b'"isco08":"22"'),
    (b'"citizenship":"ID"', b'"citizenship":7'),
    (b'"physical":true,', b""),
    (b'"issued_on":"2021-05-10"', b'"issued_on":"2021-15-10"'),
)
"""What is wrong with a bad report: a name, a pattern, a type, something missing, a day that is none."""


def corpus(number: int, share: float) -> list[bytes]:
    """So many reports; a share of them, spread evenly, has one fault each, of every kind in turn."""
    kinds = cycle(FAULTS)
    made, bad = [], 0
    for index, (_, value) in enumerate(backlog(number, 0.0)):
        if bad < round((index + 1) * share):
            bad += 1
            made.append(value.replace(*next(kinds), 1))
        else:
            made.append(value)
    return made


def write(file: Path, values: Sequence[bytes]) -> None:
    """One report a line."""
    file.write_bytes(b"\n".join(values))
