"""What comes of a round for each candidate: a match or none, an offer and its answer, a seat under the caps.

Subjects are named `round:candidate` and lie in the candidate's lane. The ids are opaque, and references
of `matching.public` never stand here.
"""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field

from jembatan.contracts.matching.pairs import PairId
from jembatan.contracts.model import (
    Code,
    Count,
    Day,
    FactData,
    Id,
    Model,
    ReportData,
    State,
    Time,
)
from jembatan.contracts.registry import LaneOf, fact, report

CANDIDATES = ("the candidate's registry, in the candidate's name",)
_LANE = LaneOf.CANDIDATE
_SUBJECT = "round:candidate"
_PAIR: dict[str, Any] = {
    "id": "kp2mi-2026-01:kp2mi-c-000017",
    "round": "kp2mi-2026-01",
    "candidate": "kp2mi-c-000017",
}
_OFFER = _PAIR | {
    "vacancy": "horizon-rn-1",
    "partnership": "ID:CA-NB:ISIC4-Q:G2G:1",
    "phase": "extended",
    "extended_at": "2026-02-08T00:00:00Z",
    "answer_by": "2026-03-01T00:00:00Z",
}
_OVER = {"vacancy": "horizon-rn-2", "node": "ID:CA-NB:ISIC4-Q:G2G:1", "no_room": False}


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401
    return ConfigDict(json_schema_extra={"examples": [values]})


class Passed(Model):
    """A preference that was not granted, and the vacancy or cap that was full.

    Others stood before, by tier, score, ticket, in this order; with `no_room` nobody had a seat there.
    """

    vacancy: Id
    node: Id
    no_room: bool


class MatchState(State):
    """What a round decided for a candidate.

    `eligible` counts the preferences that could be granted; why others could not is told to the candidate,
    and not here. `passed_over` are the eligible ones above `vacancy`, in order.
    """

    id: PairId
    round: Id
    candidate: Id
    vacancy: Id | None
    eligible: Count
    passed_over: tuple[Passed, ...] = ()


class MatchFact(FactData):
    """A fact about a candidate's result."""

    state: MatchState
    changed: tuple[str, ...]


class OfferPhase(StrEnum):
    """Where an offer is; only one that is extended can be answered."""

    EXTENDED = "extended"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class OfferState(State):
    """An offer of a vacancy to the candidate matched to it.

    It holds a seat unless declined, lapsed or withdrawn; once a contract is signed, the placement says
    whether the seat is held.
    """

    id: PairId
    round: Id
    candidate: Id
    vacancy: Id
    partnership: Id
    phase: OfferPhase
    extended_at: Time
    answer_by: Time
    ended_at: Time | None = None
    reason: Code | None = None


class OfferFact(FactData):
    """A fact about an offer."""

    state: OfferState
    changed: tuple[str, ...]


class UsageState(State):
    """The seats of a cap in its period: `cap` and `remaining` are null where no number is set.

    `held` counts seats of rounds that closed in the period; `remaining` is never below 0; `over_cap` says
    that more are held than the cap now allows, which takes no seat away.
    """

    id: Id
    node: Id
    period_start: Day | None
    period_end: Day | None
    cap: Count | None
    held: Count
    remaining: Count | None
    over_cap: bool


@report(
    "matching",
    "offer.accepted",
    subject=_SUBJECT,
    by=CANDIDATES,
    leads_to=("offer.accepted", "round.settled"),
)
class OfferAcceptedReport(ReportData):
    """The candidate takes the offer, by its `answer_by`."""

    model_config = _example()


@report(
    "matching",
    "offer.declined",
    subject=_SUBJECT,
    by=CANDIDATES,
    leads_to=("offer.declined", "usage.changed", "round.settled"),
)
class OfferDeclinedReport(ReportData):
    """The candidate turns the offer down, by its `answer_by`; the seat is given back."""

    model_config = _example(reason="FAMILY")

    reason: Code | None = None


@fact("matching", "match.made", subject=_SUBJECT, lane=_LANE, caused_by=("job:match",))
class MatchMade(MatchFact):
    """The candidate is matched to a vacancy."""

    model_config = _example(
        state=_PAIR | {"vacancy": "horizon-rn-1", "eligible": 2, "passed_over": [_OVER]},
        changed=["vacancy", "eligible", "passed_over"],
    )


@fact("matching", "match.missed", subject=_SUBJECT, lane=_LANE, caused_by=("job:match",))
class MatchMissed(MatchFact):
    """The candidate is matched to none: every eligible preference was full, or none was eligible."""

    model_config = _example(
        state=_PAIR | {"vacancy": None, "eligible": 1, "passed_over": [_OVER]},
        changed=["eligible", "passed_over"],
    )


@fact("matching", "offer.extended", subject=_SUBJECT, lane=_LANE, caused_by=("job:match",))
class OfferExtended(OfferFact):
    """The vacancy is offered to the candidate, and a seat is held."""

    model_config = _example(state=_OFFER, changed=["phase"])


@fact("matching", "offer.accepted", subject=_SUBJECT, lane=_LANE)
class OfferAccepted(OfferFact):
    """The candidate has taken the offer; the seat stays held."""

    model_config = _example(
        state=_OFFER | {"phase": "accepted", "ended_at": "2026-02-10T00:00:00Z"},
        changed=["phase", "ended_at"],
    )


@fact("matching", "offer.declined", subject=_SUBJECT, lane=_LANE)
class OfferDeclined(OfferFact):
    """The candidate has turned the offer down; the seat is given back."""

    model_config = _example(
        state=_OFFER | {"phase": "declined", "ended_at": "2026-02-10T00:00:00Z", "reason": "FAMILY"},
        changed=["phase", "ended_at", "reason"],
    )


@fact("matching", "offer.lapsed", subject=_SUBJECT, lane=_LANE, caused_by=("deadline:offer.answer_by",))
class OfferLapsed(OfferFact):
    """No answer came by `answer_by`; the seat is given back."""

    model_config = _example(
        state=_OFFER | {"phase": "lapsed", "ended_at": "2026-03-01T00:00:00Z"}, changed=["phase", "ended_at"]
    )


@fact(
    "matching",
    "offer.withdrawn",
    subject=_SUBJECT,
    lane=_LANE,
    caused_by=("job:match", "job:end_vacancy_offers", "job:end_partnership_offers"),
)
class OfferWithdrawn(OfferFact):
    """It stands no more, though not answered or accepted; `reason` says why. The seat is given back.

    Its contract was called off before it was signed, the candidate left the list, the vacancy was withdrawn,
    or the partnership closed. If that was so when the round was published, it follows `offer.extended` at
    once, and no seat was held.
    """

    model_config = _example(
        state=_OFFER
        | {"phase": "withdrawn", "ended_at": "2026-02-20T00:00:00Z", "reason": "CANDIDATE_WITHDRAWN"},
        changed=["phase", "ended_at", "reason"],
    )


@fact(
    "matching",
    "usage.changed",
    subject="the cap's id",
    caused_by=(
        "job:match",
        "job:end_vacancy_offers",
        "job:end_partnership_offers",
        "deadline:offer.answer_by",
        "cap.changed",
    ),
)
class UsageChanged(FactData):
    """Seats under a cap were taken or given back, or the cap was changed."""

    model_config = _example(
        state={
            "id": "ID:CA-NB:ISIC4-Q:G2G:1",
            "node": "ID:CA-NB:ISIC4-Q:G2G:1",
            "period_start": "2025-06-03",
            "period_end": "2026-06-03",
            "cap": 150,
            "held": 149,
            "remaining": 1,
            "over_cap": False,
        },
        changed=["held", "remaining"],
    )

    state: UsageState
    changed: tuple[str, ...] = Field(default=())
