"""Copies: what a service keeps of another's state is what that one's facts say, as far as it has heard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.ledger import Map, key
from cli.doctor.told import Told
from jembatan.contracts.partners import CapState, PartnershipState
from jembatan.contracts.vacancies import VacancyState


@dataclass(frozen=True, slots=True)
class Copied:
    """A table of one service that holds the states of another's subjects."""

    reader: str
    topic: str
    noun: str
    table: str
    model: type[BaseModel]


COPIES = (
    Copied("vacancies", "partners.facts", "partnership", "partnership", PartnershipState),
    Copied("matching", "partners.facts", "partnership", "partnership", PartnershipState),
    Copied("matching", "partners.facts", "cap", "cap", CapState),
    Copied("matching", "vacancies.facts", "vacancy", "vacancy", VacancyState),
)


def reads(service: str) -> dict[str, tuple[str, ...]]:
    """Whose facts a service copies: by topic their nouns."""
    mine = [one for one in COPIES if one.reader == service]
    return {topic: tuple(one.noun for one in mine if one.topic == topic) for topic in {c.topic for c in mine}}


def digest(model: type[BaseModel], state: object) -> str:
    """A hash of a state as this version reads it; empty if it cannot."""
    try:
        read = model.model_validate_json(state) if isinstance(state, str) else model.model_validate(state)
    except ValidationError:
        return ""
    return hashlib.sha256(read.model_dump_json().encode()).hexdigest()


class Copies:
    """Is told what a reader has heard, sees the other service's facts, then the reader's copies."""

    def __init__(self, copied: Copied, heard: Map) -> None:
        self.copied = copied
        self._heard = heard

    def hear(self, subject: str, sequence: int) -> None:
        """The reader has heard a subject up to this number."""
        self._heard.put(key(subject), sequence, f"? {subject}")

    def see(self, fact: Told) -> None:
        """A fact of the other service."""
        if (fact.topic, fact.noun) != (self.copied.topic, self.copied.noun):
            return
        heard = self._heard.get(key(fact.subject))
        if heard is not None and heard[0] == fact.sequence:
            state = digest(self.copied.model, fact.data.get("state"))
            self._heard.put(key(fact.subject), fact.sequence, f"{state or '-'} {fact.subject}")

    def copy(self, subject: str, state: str) -> Iterator[Finding]:
        """A row of the reader's table."""
        heard = self._heard.pop(key(subject))
        if heard is None:
            yield self._finding(Kind.COPY_UNKNOWN, subject, "it has heard no fact of it")
            return
        sequence, text = heard
        told = text.partition(" ")[0]
        if told == "?":
            yield self._ahead(subject, sequence)
        elif digest(self.copied.model, state) != told:
            what = f"it is not the state of fact {sequence} in {self.copied.topic}"
            yield self._finding(Kind.COPY_DIFFERS, subject, what)

    def rest(self) -> Iterator[Finding]:
        """What was heard and has no row; called last."""
        for sequence, text in self._heard.values():
            told, _, subject = text.partition(" ")
            if told == "?":
                yield self._ahead(subject, sequence)
            yield self._finding(Kind.COPY_MISSING, subject, f"it has heard fact {sequence} of it")

    def _ahead(self, subject: str, sequence: int) -> Finding:
        what = f"it has heard fact {sequence}, which {self.copied.topic} does not have"
        return self._finding(Kind.HEARD_AHEAD, subject, what)

    def _finding(self, kind: Kind, subject: str, what: str) -> Finding:
        table = f"{self.copied.reader}.{self.copied.table}"
        return Finding(kind, self.copied.reader, f"{table} {subject}", what)
