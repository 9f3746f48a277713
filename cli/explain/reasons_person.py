"""What the law of the origin asks: age, citizenship, competence, health, social security, papers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.explain.messages import tell
from cli.explain.told import Told, Values, shown_in_time


def _age(values: Values) -> Told:
    if "most" not in values:
        return Told(
            tell("The rule asks for an age of at least {least} years; you were {years} on {day}.", values)
        )
    if "least" not in values:
        return Told(
            tell("The rule asks for an age of at most {most} years; you were {years} on {day}.", values)
        )
    return Told(
        tell("The rule asks for an age from {least} to {most} years; you were {years} on {day}.", values)
    )


def _citizenship(values: Values) -> Told:
    return Told(tell("The rule asks for this citizenship: {countries}. Yours is: {own_country}.", values))


def _competence(values: Values) -> Told:
    if values["shown"]:
        says = tell(
            "The rule asks for a certificate of competence, valid on {day}, in the occupation {occupations} "
            "(ISCO-08). Yours are in: {shown}.",
            values,
        )
    else:
        says = tell(
            "The rule asks for a certificate of competence, valid on {day}, in the occupation {occupations} "
            "(ISCO-08). You showed none that was valid.",
            values,
        )
    return Told(says, shown_in_time(values))


def _physical(values: Values) -> Told:
    if values["valid"] == "yes":
        return Told(
            tell("The rule asks that you be physically fit for work; the examination did not find so.")
        )
    if "until" in values:
        says = tell(
            "The rule asks for an examination, valid on {day}, that finds you physically fit for work. Yours "
            "was valid until {until}.",
            values,
        )
    else:
        says = tell(
            "The rule asks for an examination, valid on {day}, that finds you physically fit for work. You "
            "showed none.",
            values,
        )
    return Told(says, shown_in_time(values))


def _mental(values: Values) -> Told:
    if values["valid"] == "yes":
        return Told(tell("The rule asks that you be mentally fit for work; the examination did not find so."))
    if "until" in values:
        says = tell(
            "The rule asks for an examination, valid on {day}, that finds you mentally fit for work. Yours "
            "was valid until {until}.",
            values,
        )
    else:
        says = tell(
            "The rule asks for an examination, valid on {day}, that finds you mentally fit for work. You "
            "showed none.",
            values,
        )
    return Told(says, shown_in_time(values))


def _social_security(values: Values) -> Told:
    remedy = tell("Such a membership would have met this rule.")
    if not values["schemes"]:
        return Told(tell("The rule asks for membership of social security; you showed none."), remedy)
    if not values["shown"]:
        return Told(
            tell("The rule asks for membership of social security: {schemes}. You showed none.", values),
            remedy,
        )
    says = tell("The rule asks for membership of social security: {schemes}. You showed: {shown}.", values)
    return Told(says, remedy)


def _document(values: Values) -> Told:
    if "ended" in values:
        says = tell(
            "The rule asks for this document, valid on {day}: {document}. Yours ended on {ended}.", values
        )
    else:
        says = tell("The rule asks for this document, valid on {day}: {document}. You showed none.", values)
    return Told(says, shown_in_time(values))


PERSON: Mapping[str, Callable[[Values], Told]] = {
    "E_AGE": _age,
    "E_CITIZENSHIP": _citizenship,
    "E_COMPETENCE": _competence,
    "E_HEALTH_PHYSICAL": _physical,
    "E_HEALTH_MENTAL": _mental,
    "E_SOCIAL_SECURITY": _social_security,
    "E_DOC_": _document,
}
