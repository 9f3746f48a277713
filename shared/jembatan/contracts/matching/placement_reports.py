"""What is reported of an accepted offer: its contract, clearances, departure, arrival, end and return.

Why something was refused or ended can say much about a person, so these reports are personal, and no fact
repeats it.
"""

from typing import Any

from pydantic import ConfigDict

from jembatan.contracts.matching.placement_values import EmploymentEnd, Party
from jembatan.contracts.model import Code, Day, ReportData, Text
from jembatan.contracts.registry import report

PAIR = "round:candidate"
PARTIES = ("the employer", "an agency of the origin or the host")
AUTHORITIES = ("the authority that clears, as the host's visa office", "an agency of the origin or the host")
TRAVEL = ("an agency of the origin or the host", "the origin's mission in the host country", "the employer")
EXAMPLE_ID = "kp2mi-2026-01:kp2mi-c-000017"
ENDS = ("placement.ended", "usage.changed")


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401
    return ConfigDict(json_schema_extra={"examples": [values], "x-subject": EXAMPLE_ID})


@report(
    "matching",
    "contract.signed",
    subject=PAIR,
    by=PARTIES,
    leads_to=("placement.contracted", "placement.cleared"),
)
class ContractSigned(ReportData):
    """Employer and candidate have signed the contract of an accepted offer."""

    model_config = _example(signed_on="2026-03-09")

    signed_on: Day


@report(
    "matching",
    "contract.cancelled",
    subject=PAIR,
    by=PARTIES,
    leads_to=("offer.withdrawn", *ENDS, "candidate.rostered"),
    personal=True,
)
class ContractCancelled(ReportData):
    """The contract of an accepted offer is called off before the departure, signed or not; `by` says by whom.

    The seat is given back. Who is cancelled by the employer is rostered anew, for the programme's whole time.
    """

    model_config = _example(by="EMPLOYER", reason="POSITION_CUT")

    by: Party
    reason: Code
    note: Text | None = None


@report(
    "matching",
    "clearance.granted",
    subject=PAIR,
    by=AUTHORITIES,
    leads_to=("placement.clearance_granted", "placement.cleared"),
)
class ClearanceGranted(ReportData):
    """A clearance that the programme names is granted: a visa, an orientation attended."""

    model_config = _example(kind="VISA")

    kind: Code


@report(
    "matching",
    "clearance.refused",
    subject=PAIR,
    by=AUTHORITIES,
    leads_to=("placement.clearance_refused", *ENDS),
    personal=True,
)
class ClearanceRefused(ReportData):
    """A clearance is refused, or taken back before the departure.

    If it is `final` and needed, the placement ends and the seat is given back; else it may still be granted.
    """

    model_config = _example(kind="VISA", reason="DOCUMENTS_INCOMPLETE", final=False)

    kind: Code
    reason: Code
    note: Text | None = None
    final: bool


@report("matching", "departure.recorded", subject=PAIR, by=TRAVEL, leads_to=("placement.departed",))
class DepartureRecorded(ReportData):
    """The worker, who has every clearance that is needed, has left for the host."""

    model_config = _example(departed_on="2026-05-04")

    departed_on: Day


@report("matching", "arrival.recorded", subject=PAIR, by=TRAVEL, leads_to=("placement.started",))
class ArrivalRecorded(ReportData):
    """The worker has arrived and starts work."""

    model_config = _example(arrived_on="2026-05-05")

    arrived_on: Day


@report("matching", "employment.ended", subject=PAIR, by=PARTIES, leads_to=ENDS, personal=True)
class EmploymentEnded(ReportData):
    """The employment is over, or will not begin; before the worker arrived, the seat is given back."""

    model_config = _example(ended_on="2028-05-31", how="COMPLETED", reason="TERM_OVER")

    ended_on: Day
    how: EmploymentEnd
    reason: Code
    note: Text | None = None


@report("matching", "return.recorded", subject=PAIR, by=TRAVEL, leads_to=("placement.returned",))
class ReturnRecorded(ReportData):
    """The worker, whose employment has ended, is back in the origin."""

    model_config = _example(returned_on="2028-06-04")

    returned_on: Day
