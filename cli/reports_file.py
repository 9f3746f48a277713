"""Reports from JSON lines: each line one complete CloudEvents report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from jembatan.contracts.binding import Unbound, parsed
from jembatan.contracts.envelope import STRUCTURED, Envelope
from jembatan.contracts.events import language
from jembatan.contracts.reading import Read, fingerprint, read
from jembatan.contracts.reasons import Code, reason
from jembatan.contracts.refusal import Reason
from jembatan.contracts.registry import FACTS, REPORTS, SERVICES
from jembatan.engine.records import EPOCH, Record

HEADERS = (("content-type", STRUCTURED.encode()),)
ANY_TOPIC = f"{SERVICES[0]}.reports"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file that holds a report; `value` is its JSON as it stands there."""

    file: str
    number: int
    value: bytes
    topic: str
    name: str
    envelope: Envelope

    @property
    def place(self) -> str:
        return f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a line."""

    file: str
    number: int
    reason: Reason

    def __str__(self) -> str:
        pointer = self.reason.pointer or "whole line"
        return f"{self.file}:{self.number}: {pointer}: {self.reason.detail}"


def read_lines(file: str, text: bytes) -> tuple[list[Line], list[Fault]]:
    """The reports of a file of JSON lines, and every fault. Empty lines are passed over."""
    lines: list[Line] = []
    faults: list[Fault] = []
    for number, value in enumerate(text.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not value.strip():
            continue
        found = read_line(value)
        if isinstance(found, Read):
            lines.append(Line(file, number, value.strip(), found.record.topic, found.name, found.envelope))
        else:
            faults += [Fault(file, number, why) for why in found]
    return lines, faults


def read_line(value: bytes) -> Read | tuple[Reason, ...]:
    """One line's report, or all reasons why it is none."""
    try:
        raw = parsed(value)
    except Unbound as unbound:
        return unbound.reasons
    if not isinstance(raw, dict):
        return (reason(Code.NOT_JSON, "A line is one JSON object: a CloudEvents report."),)
    topic, fault = _topic(raw)
    found = read([Record(topic, 0, 0, EPOCH, None, value, HEADERS)], language())[0]
    if isinstance(found, Read):
        return found
    others = (one for one in found.reasons if fault is None or one.code not in _ABOUT_TYPE)
    return ((fault,) if fault else ()) + tuple(others)


_ABOUT_TYPE = (Code.UNKNOWN_TYPE.value, Code.WRONG_TOPIC.value)


def _topic(raw: Mapping[str, object]) -> tuple[str, Reason | None]:
    """The topic that a report of this type belongs into, or why there is none."""
    name = raw.get("type")
    known = {event.type: event.topic for event in REPORTS.values()}
    if not isinstance(name, str):
        return ANY_TOPIC, None
    if name in known:
        return known[name], None
    return ANY_TOPIC, reason(Code.UNKNOWN_TYPE, _no_report(name, known), "/type")


def _no_report(name: str, known: Iterable[str]) -> str:
    if name in {event.type for event in FACTS.values()}:
        return "This is a fact, which only a service says; send the report that leads to it."
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"There is no report of this type; did you mean {' or '.join(near)}?"
    return "There is no report of this type; docs/topics.md lists them all."


def reused(lines: Iterable[Line]) -> list[Fault]:
    """Lines that say something else under an id that stood before: the platform refuses the later one."""
    first: dict[tuple[str, str], tuple[Line, bytes]] = {}
    faults = []
    for line in lines:
        key, mark = (line.envelope.source, line.envelope.id), fingerprint(line.envelope)
        before, known = first.setdefault(key, (line, mark))
        if known != mark:
            detail = f"This id stands at {before.place} with other content; give each report its own."
            faults.append(
                Fault(line.file, line.number, Reason(code="ID_REUSED", pointer="/id", detail=detail))
            )
    return faults
