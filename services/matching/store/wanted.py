"""What a batch of inputs touches or rests on, by class, before anything is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.partners import CapState

NEW_ROUND = "round.announced"
CLOSING = "round.closes_at"
OF_ROUNDS = ("round", "commitment", "secret", "beacon", "abort")
OF_CANDIDATES = ("candidate", "preferences")


@dataclass(slots=True)
class Wanted:
    """Ids by class. `copied_…` are those that another service's facts write; of caps, the states written."""

    candidates: set[str] = field(default_factory=set)
    offers: set[str] = field(default_factory=set)
    vacancies: set[str] = field(default_factory=set)
    copied_vacancies: set[str] = field(default_factory=set)
    partnerships: set[str] = field(default_factory=set)
    copied_partnerships: set[str] = field(default_factory=set)
    copied_caps: list[CapState] = field(default_factory=list)
    rounds: set[str] = field(default_factory=set)
    new_rounds: set[str] = field(default_factory=set)
    closing: set[str] = field(default_factory=set)


def wanted(items: Iterable[Input]) -> Wanted:
    """What these inputs want."""
    want = Wanted()
    for item in items:
        noun = item.type.partition(".")[0]
        if item.kind is InputKind.FACT:
            _of_fact(want, item, noun)
        elif noun in OF_CANDIDATES:
            want.candidates.add(item.subject)
            want.vacancies.update(getattr(item.data, "preferences", None) or ())
        elif noun == "offer":
            want.offers.add(item.subject)
        elif noun in OF_ROUNDS:
            _of_round(want, item)
    return want


def _of_fact(want: Wanted, item: Input, noun: str) -> None:
    if noun == "vacancy":
        want.copied_vacancies.add(item.subject)
    elif noun == "partnership":
        want.copied_partnerships.add(item.subject)
    elif noun == "cap":
        want.copied_caps.append(item.data.state)


def _of_round(want: Wanted, item: Input) -> None:
    want.rounds.add(item.subject)
    if item.type == NEW_ROUND:
        want.new_rounds.add(item.subject)
        want.partnerships.update(item.data.scope)
    elif item.type == CLOSING:
        want.closing.add(item.subject)
