"""The parts of a placement: what became of an accepted offer, from the signed contract to the return."""

from enum import StrEnum

from jembatan.contracts.matching.pairs import PairId
from jembatan.contracts.model import Code, Count, Day, Id, Model, State, Text, Time


class Party(StrEnum):
    """Who cancels a contract before the departure; the authority is an agency of the origin or the host."""

    EMPLOYER = "EMPLOYER"
    CANDIDATE = "CANDIDATE"
    AUTHORITY = "AUTHORITY"


class EmploymentEnd(StrEnum):
    """How an employment ended: its time was over, the employer or the worker ended it, or something else."""

    COMPLETED = "COMPLETED"
    ENDED_BY_EMPLOYER = "ENDED_BY_EMPLOYER"
    ENDED_BY_WORKER = "ENDED_BY_WORKER"
    OTHER = "OTHER"


class EndedFor(StrEnum):
    """Why an accepted offer or a placement ended. What lies behind it is told to the candidate alone."""

    CANCELLED_BY_EMPLOYER = "CANCELLED_BY_EMPLOYER"
    CANCELLED_BY_CANDIDATE = "CANCELLED_BY_CANDIDATE"
    CANCELLED_BY_AUTHORITY = "CANCELLED_BY_AUTHORITY"
    CLEARANCE_REFUSED = "CLEARANCE_REFUSED"
    CANDIDATE_WITHDRAWN = "CANDIDATE_WITHDRAWN"
    CANDIDATE_REJECTED = "CANDIDATE_REJECTED"
    COMPLETED = "COMPLETED"
    ENDED_BY_EMPLOYER = "ENDED_BY_EMPLOYER"
    ENDED_BY_WORKER = "ENDED_BY_WORKER"
    OTHER = "OTHER"


class PlacementPhase(StrEnum):
    """Where a placement is. Work has started once it is `started`; who returns has ended it before."""

    CONTRACTED = "contracted"
    CLEARED = "cleared"
    DEPARTED = "departed"
    STARTED = "started"
    ENDED = "ended"
    RETURNED = "returned"

    @property
    def over(self) -> bool:
        return self in (PlacementPhase.ENDED, PlacementPhase.RETURNED)


class PlacementState(State):
    """A placement after a fact.

    `needed` are the kinds of clearance without which nobody departs, `granted` those that are granted, each
    as VISA; `refusals` counts refusals, whose kinds and reasons are told to the candidate alone. `seat_held`
    is false once the seat was given back, which happens at an end before work started; a seat of somebody
    who started work stays taken. Days are as the reporter gives them; `ended_on` of a cancelled contract is
    the day of its report, in UTC.
    """

    id: PairId
    round: Id
    candidate: Id
    vacancy: Id
    partnership: Id
    employer: Id
    phase: PlacementPhase
    seat_held: bool
    needed: tuple[Code, ...] = ()
    granted: tuple[Code, ...] = ()
    refusals: Count = 0
    signed_on: Day
    departed_on: Day | None = None
    arrived_on: Day | None = None
    ended_on: Day | None = None
    ended_for: EndedFor | None = None
    returned_on: Day | None = None


class RefusedClearance(Model):
    """A clearance that was refused, and why: private."""

    kind: Code
    reason: Code
    note: Text | None = None
    final: bool
    at: Time


class WhyEnded(Model):
    """Why a contract was cancelled or an employment ended, as it was reported: private."""

    reason: Code
    note: Text | None = None
    at: Time


class PlacementAside(Model):
    """What the schema of matching keeps beside a placement, for the candidate to read; no fact carries it."""

    refused: tuple[RefusedClearance, ...] = ()
    ended: WhyEnded | None = None
