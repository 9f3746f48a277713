"""What is reported of accepted offers, and what employers say of candidates, by an example's step. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from cli.demo.files import Placing, Selected, Selecting
from cli.demo.reports import Report, Wave, made
from cli.demo.story.known import Known
from jembatan.contracts.matching.candidates import Phase
from jembatan.contracts.matching.offers import OfferState
from jembatan.contracts.matching.placement_values import PlacementPhase

PLACE = "reports about placements"
SELECTION = "outcomes of a selection"
FITS: dict[str, tuple[PlacementPhase | None, ...]] = {
    "contract.signed": (None,),
    "contract.cancelled": (PlacementPhase.CONTRACTED, PlacementPhase.CLEARED),
    "clearance.granted": (PlacementPhase.CONTRACTED,),
    "clearance.refused": (PlacementPhase.CONTRACTED,),
    "departure.recorded": (PlacementPhase.CLEARED,),
    "arrival.recorded": (PlacementPhase.DEPARTED,),
    "employment.ended": (PlacementPhase.DEPARTED, PlacementPhase.STARTED),
    "return.recorded": (PlacementPhase.ENDED,),
}
"""In which phases of its placement an accepted offer can be reported about; None: no contract yet."""


def placings(many: tuple[Placing, ...], known: Known, sources: Mapping[str, str]) -> list[Wave]:
    """A wave for each kind of report, in order of time; each of those offers that are far enough."""
    waves = [_placing(one, known, sources) for one in sorted(many, key=lambda one: one.at)]
    return [Wave(tuple(reports)) for reports in waves if reports]


def _placing(how: Placing, known: Known, sources: Mapping[str, str]) -> list[Report]:
    fitting = (offer for offer in known.accepted(how.partnership) if _fits(how, offer, known))
    chosen = islice(fitting, how.skip, None if how.most is None else how.skip + how.most)
    return [_about(how, offer, sources[how.reporter or _employer(offer, known)]) for offer in chosen]


def _fits(how: Placing, offer: OfferState, known: Known) -> bool:
    placement = known.placements.get(offer.id)
    phase = placement.phase if placement else None
    here = how.vacancy is None or how.vacancy == offer.vacancy
    granted = placement is not None and how.data.get("kind") in placement.granted
    return here and phase in FITS[how.report] and not granted


def _about(how: Placing, offer: OfferState, source: str) -> Report:
    return made(how.report, offer.id, source, how.at, how.data, PLACE, str(how.data.get("kind", "")))


def _employer(offer: OfferState, known: Known) -> str:
    return known.vacancies[offer.vacancy].employer


def selection(how: Selecting, known: Known, sources: Mapping[str, str]) -> list[Wave]:
    """The outcomes for those in the roster who want the vacancy, in order of their ids, as many as given."""
    wanting = [
        name
        for name, one in sorted(known.candidates.items())
        if one.phase is Phase.ROSTERED and how.vacancy in one.preferences
    ]
    each = [one for one in how.outcomes for _ in range(one.number)]
    reports = [_selected(how, name, one, sources) for name, one in zip(wanting, each, strict=False)]
    return [Wave(tuple(reports))] if reports else []


def _selected(how: Selecting, name: str, one: Selected, sources: Mapping[str, str]) -> Report:
    data = {"vacancy": how.vacancy, "outcome": one.outcome, "reason": one.reason}
    source = sources[how.reporter]
    return made("selection.recorded", name, source, how.at, data, SELECTION, how.vacancy)
