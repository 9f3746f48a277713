"""The answers to a round's offers, as the candidates' registry reports them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cli.demo.files import Answering
from cli.demo.reports import Report, Wave, made
from cli.demo.story.known import Known
from jembatan.contracts.matching.offers import OfferPhase, OfferState

PLACE = "answers to offers"
LATER = timedelta(days=1)


def answers(how: Answering, known: Known, sources: Mapping[str, str]) -> list[Wave]:
    """Who declines, then who leaves the roster; all others accept, but for those who say nothing."""
    source = sources[how.reporter]
    open_offers = [offer for offer in known.offered(how.round) if offer.phase is OfferPhase.EXTENDED]
    refusing = open_offers[: len(how.declined)]
    accepting = open_offers[len(how.declined) + how.unanswered :]
    declined = [
        made("offer.declined", offer.id, source, how.at, {"reason": reason}, PLACE)
        for offer, reason in zip(refusing, how.declined, strict=False)
    ]
    accepted = [made("offer.accepted", offer.id, source, how.at, {}, PLACE) for offer in accepting]
    leaving = [_leaves(offer, source, how) for offer in refusing if how.withdrawn]
    return [Wave(tuple(reports)) for reports in ([*declined, *accepted], leaving) if reports]


def _leaves(offer: OfferState, source: str, how: Answering) -> Report:
    return made("candidate.withdrawn", offer.candidate, source, how.at + LATER, {}, PLACE)
