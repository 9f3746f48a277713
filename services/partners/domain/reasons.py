"""Why a report of partners is refused, in sentences that say what to do."""

from __future__ import annotations

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.refusal import Reason
from jembatan.contracts.reporters import Reporter

ANY = "any"


def reason(code: str, detail: str, pointer: str = "") -> Reason:
    return Reason(code=code, pointer=pointer, detail=detail)


def unknown(subject: str) -> Reason:
    return reason("UNKNOWN_SUBJECT", f"There is no {subject}.", "/subject")


def no_change(subject: str) -> Reason:
    return reason("NO_CHANGE", f"All that is reported of {subject} is known already.")


def wrong_state(state: PartnershipState, needed: str) -> Reason:
    return reason("WRONG_STATE", f"{state.id} is {state.phase}; {needed}.", "/subject")


def mismatch(subject: str, expected: str) -> Reason:
    detail = f"The subject is {subject}, but the data is about {expected}."
    return reason("SUBJECT_MISMATCH", detail, "/subject")


def unknown_code(what: str, code: str, pointer: str) -> Reason:
    return reason("UNKNOWN_CODE", f"{code} is no {what}.", pointer)


def reporter(item: Input) -> Reporter:
    """Who reports; every report has a reporter."""
    if item.reporter is None:
        raise ValueError(f"the report {item.type} has no reporter")
    return item.reporter


def rights(item: Input, origin: str | None, jurisdiction: str | None) -> tuple[Reason, ...]:
    """What the reporter may not speak for; a part that is any (None) is within nobody's limits."""
    return reporter(item).outside(origin=origin or ANY, jurisdiction=jurisdiction or ANY)


def answer(reasons: list[Reason], *facts: Draft) -> Outcome:
    """The refusal if there is any reason, else the facts."""
    return Refused(tuple(reasons)) if reasons else Decided(facts)
