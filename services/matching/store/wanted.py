"""What a batch of inputs touches or rests on, by class, before anything is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.partners import CapState

NEW_ROUND = "round.announced"
CLOSING = "round.closes_at"
OF_ROUNDS = ("round", "commitment", "secret", "beacon", "abort")
OF_CANDIDATES = ("candidate", "preferences", "selection")
OF_PLACEMENTS = ("contract", "clearance", "departure", "arrival", "employment", "return")
LEAVING = ("candidate.withdrawn", "candidate.rejected")
CANCELLED = "contract.cancelled"


@dataclass(slots=True)
class Wanted:
    """Ids by class. `copied_…` are those that another service's facts write; of caps, the states written.

    `leaving` are candidates of whom every offer that still stands is wanted.
    """

    candidates: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
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
            _of_candidate(want, item)
        elif noun == "offer" or noun in OF_PLACEMENTS:
            _of_offer(want, item)
        elif noun in OF_ROUNDS:
            _of_round(want, item)
    return want


def _of_candidate(want: Wanted, item: Input) -> None:
    want.candidates.add(item.subject)
    given = vars(item.data) if item.data else {}
    want.vacancies.update(given.get("preferences") or ())
    if vacancy := given.get("vacancy"):
        want.vacancies.add(vacancy)
    if item.type in LEAVING:
        want.leaving.add(item.subject)


def _of_offer(want: Wanted, item: Input) -> None:
    want.offers.add(item.subject)
    candidate = item.subject.partition(":")[2]
    if item.type == CANCELLED and candidate:
        want.candidates.add(candidate)


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
