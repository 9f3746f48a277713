"""Placements: what became of an accepted offer, told with an opaque id and without anybody's reasons."""

from typing import Any

from pydantic import ConfigDict

from jembatan.contracts.matching.placement_values import PlacementState
from jembatan.contracts.model import Code, FactData
from jembatan.contracts.registry import LaneOf, fact

SUBJECT = "round:candidate"
_LANE = LaneOf.CANDIDATE
_CONTRACTED: dict[str, Any] = {
    "id": "kp2mi-2026-01:kp2mi-c-000017",
    "round": "kp2mi-2026-01",
    "candidate": "kp2mi-c-000017",
    "vacancy": "horizon-rn-1",
    "partnership": "ID:CA-NB:ISIC4-Q:G2G:1",
    "employer": "horizon",
    "phase": "contracted",
    "seat_held": True,
    "needed": ["ORIENTATION", "VISA"],
    "signed_on": "2026-03-09",
}
_CLEARED = _CONTRACTED | {"phase": "cleared", "granted": ["ORIENTATION", "VISA"]}
_DEPARTED = _CLEARED | {"phase": "departed", "departed_on": "2026-05-04"}
_STARTED = _DEPARTED | {"phase": "started", "arrived_on": "2026-05-05"}
_ENDED = _STARTED | {"phase": "ended", "ended_on": "2028-05-31", "ended_for": "COMPLETED"}
_RETURNED = _ENDED | {"phase": "returned", "returned_on": "2028-06-04"}


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401
    return ConfigDict(json_schema_extra={"examples": [values]})


class PlacementFact(FactData):
    """A fact about a placement: its whole state, and the names of what changed."""

    state: PlacementState
    changed: tuple[str, ...]


@fact("matching", "placement.contracted", subject=SUBJECT, lane=_LANE)
class PlacementContracted(PlacementFact):
    """The contract is signed; `needed` says which clearances come before the departure."""

    model_config = _example(state=_CONTRACTED, changed=["phase", "signed_on"])


@fact("matching", "placement.clearance_granted", subject=SUBJECT, lane=_LANE)
class PlacementClearanceGranted(PlacementFact):
    """A clearance is granted."""

    model_config = _example(state=_CONTRACTED | {"granted": ["VISA"]}, changed=["granted"], kind="VISA")

    kind: Code


@fact("matching", "placement.clearance_refused", subject=SUBJECT, lane=_LANE)
class PlacementClearanceRefused(PlacementFact):
    """A clearance is refused, or taken back; which one and why is told to the candidate alone."""

    model_config = _example(state=_CONTRACTED | {"refusals": 1}, changed=["refusals"])


@fact("matching", "placement.cleared", subject=SUBJECT, lane=_LANE)
class PlacementCleared(PlacementFact):
    """Every clearance that is needed is granted; the worker may depart."""

    model_config = _example(state=_CLEARED, changed=["phase"])


@fact("matching", "placement.departed", subject=SUBJECT, lane=_LANE)
class PlacementDeparted(PlacementFact):
    """The worker has left; `without` are clearances that a rule known from memory only would ask for."""

    model_config = _example(state=_DEPARTED, changed=["phase", "departed_on"])

    without: tuple[Code, ...] = ()


@fact("matching", "placement.started", subject=SUBJECT, lane=_LANE)
class PlacementStarted(PlacementFact):
    """The worker has arrived and started work: one opening of the vacancy is filled."""

    model_config = _example(state=_STARTED, changed=["phase", "arrived_on"])


@fact("matching", "placement.ended", subject=SUBJECT, lane=_LANE)
class PlacementEnded(PlacementFact):
    """It is over, `ended_for` says how; before work started, the seat is given back."""

    model_config = _example(state=_ENDED, changed=["phase", "ended_on", "ended_for"])


@fact("matching", "placement.returned", subject=SUBJECT, lane=_LANE)
class PlacementReturned(PlacementFact):
    """The worker is back in the origin."""

    model_config = _example(state=_RETURNED, changed=["phase", "returned_on"])
