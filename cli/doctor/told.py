"""Facts and refusals as doctor reads them: leniently, since what it looks for may be broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import from_json

NOT_AN_EVENT: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """One record of an output topic, or one row of the outbox that is to become one."""

    topic: str
    partition: int
    place: int
    value: bytes
    event: dict[str, Any]

    @property
    def where(self) -> str:
        return f"{self.topic}/{self.partition}/{self.place - 1}"

    @property
    def id(self) -> UUID | None:
        try:
            return UUID(str(self.event.get("id")))
        except ValueError:
            return None

    @property
    def name(self) -> str:
        """As `vacancy.posted`; empty if its type is none of ours."""
        parts = str(self.event.get("type", "")).split(".")
        return ".".join(parts[3:5]) if len(parts) == 6 else ""

    @property
    def noun(self) -> str:
        return self.name.partition(".")[0]

    @property
    def subject(self) -> str:
        return str(self.event.get("subject", ""))

    @property
    def sequence(self) -> int:
        """0 if it has none."""
        text = str(self.event.get("sequence", ""))
        return int(text) if text.isascii() and text.isdigit() else 0

    @property
    def is_refusal(self) -> bool:
        return self.topic.endswith(".refusals")

    @property
    def data(self) -> dict[str, Any]:
        found = self.event.get("data")
        return found if isinstance(found, dict) else {}

    @property
    def cause(self) -> tuple[str, int, int] | None:
        """The coordinates of the record that it comes from, if it tells them."""
        try:
            one = self.event
            return str(one["causetopic"]), int(one["causepartition"]), int(one["causeoffset"])
        except (KeyError, TypeError, ValueError):
            return None


def told(topic: str, partition: int, place: int, value: bytes | None) -> Told:
    """The record's event; without any attribute if it is none."""
    return Told(topic, partition, place, value or b"", _event(value or b""))


def _event(value: bytes) -> dict[str, Any]:
    try:
        found = from_json(value)
    except ValueError:
        return NOT_AN_EVENT
    return found if isinstance(found, dict) else NOT_AN_EVENT
