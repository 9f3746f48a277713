"""How matching says no to a report: the codes that rounds and offers share."""

from __future__ import annotations

from jembatan.contracts.deciding import Input
from jembatan.contracts.refusal import Reason

UNKNOWN_SUBJECT = "UNKNOWN_SUBJECT"
WRONG_STATE = "WRONG_STATE"
NO_CHANGE = "NO_CHANGE"
NOT_YOUR_REPORT = "NOT_YOUR_REPORT"


def unknown(item: Input, noun: str) -> Reason:
    return Reason(code=UNKNOWN_SUBJECT, pointer="/subject", detail=f"There is no {noun} {item.subject}.")


def wrong_state(noun: str, name: str, state: str, needed: str) -> Reason:
    return Reason(code=WRONG_STATE, pointer="/subject", detail=f"The {noun} {name} is {state}; {needed}.")


def no_change(sentence: str, pointer: str = "") -> Reason:
    return Reason(code=NO_CHANGE, pointer=pointer, detail=sentence)


def outside(item: Input, *partnerships: str) -> tuple[Reason, ...]:
    """A reason for each origin and jurisdiction of these partnerships that the reporter may not speak for."""
    assert item.reporter is not None
    pairs = {tuple(partnership.split(":")[:2]) for partnership in partnerships}
    reasons = [
        reason
        for origin, jurisdiction in sorted(pairs)
        for reason in item.reporter.outside(origin=origin, jurisdiction=jurisdiction)
    ]
    return tuple(dict.fromkeys(reasons))
