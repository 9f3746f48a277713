"""A reason of eligibility as sentences: what was asked and found, the source, the remedy. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cli.explain import reasons_round, reasons_work
from cli.explain.messages import Message, tell
from cli.explain.reasons_person import PERSON
from cli.explain.told import Told, Values
from services.matching.domain.against import Against

DOCUMENT, LANGUAGE = "E_DOC_", "E_LANG_"
RULES: Mapping[str, Callable[[Values], Told]] = {
    **reasons_round.ROUND,
    **PERSON,
    **reasons_work.WORK,
}
"""By code; those that begin with DOCUMENT or LANGUAGE stand under these."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason: its code, and its sentences. `remedy`: what is certain to have met the rule."""

    code: str
    values: Values
    says: tuple[Message, ...]
    remedy: tuple[Message, ...]


def explained(reason: Against) -> Explained:
    """The sentences of a reason. One without values, or not known here, is given as it was recorded."""
    rule = RULES.get(key(reason.code))
    if rule is None or not reason.values:
        said = tell(
            "A rule was not met ({code}). As recorded: {detail}", code=reason.code, detail=reason.detail
        )
        return Explained(reason.code, reason.values, (said,), ())
    told = rule(reason.values)
    remedy = (told.remedy,) if told.remedy else ()
    return Explained(reason.code, reason.values, (told.says, _source(told, reason.values)), remedy)


def key(code: str) -> str:
    """Where a code stands in RULES."""
    families = (family for family in (DOCUMENT, LANGUAGE) if code.startswith(family))
    return next(families, code)


def _source(told: Told, values: Values) -> Message:
    if "basis" in values:
        return tell("Source: {basis}.", values)
    return told.source or _job_order(str(values.get("floor", "")))


def _job_order(floor: str) -> Message:
    if floor == "LICENCE":
        return tell("Source: the job order, for the licensing body.")
    if floor == "IMMIGRATION":
        return tell("Source: the job order, for the host's immigration rules.")
    return tell("Source: the job order, as the employer asks.")
