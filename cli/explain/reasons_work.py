"""Reasons of the work: language, licence, education, experience, the employer's selection. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.explain.messages import Message, count, tell
from cli.explain.told import Told, Values, shown_in_time


def _language(values: Values) -> Told:
    if "shown" in values:
        says = tell(
            "The rule asks for {framework} {level} in {skill}, language: {languages}. Your best valid result "
            "gives {framework} {shown}.",
            values,
        )
    else:
        says = tell(
            "The rule asks for {framework} {level} in {skill}, language: {languages}. You showed no valid "
            "result for it.",
            values,
        )
    return Told(says, _result(values))


def _expired(values: Values) -> Told:
    says = tell(
        "The rule asks for {framework} {level} in {skill}, language: {languages}. Your {test} of {taken_on} "
        "reached it, but did not count on {day}.",
        values,
    )
    return Told(says, _result(values))


def _result(values: Values) -> Message:
    return tell(
        "A result of {framework} {level} or higher in {skill} that counts on {day} would have met this rule.",
        values,
    )


def _licence(values: Values) -> Told:
    if values["shown"]:
        says = tell(
            "The rule asks for a licence of {body} at the stage {stage} or higher, valid on {day}. Yours is "
            "at the stage: {shown}.",
            values,
        )
    else:
        says = tell(
            "The rule asks for a licence of {body} at the stage {stage} or higher, valid on {day}. You "
            "showed none that was valid.",
            values,
        )
    return Told(says, shown_in_time(values))


def _education(values: Values) -> Told:
    remedy = tell("Level {level} or higher would have met this rule.", values)
    if "shown" in values:
        says = tell(
            "The rule asks for education of at least level {level} (ISCED 2011); you showed level {shown}.",
            values,
        )
    else:
        says = tell(
            "The rule asks for education of at least level {level} (ISCED 2011); you showed none.", values
        )
    return Told(says, remedy)


def _experience(values: Values) -> Told:
    missing = int(str(values["hours"])) - int(str(values["shown"]))
    remedy = count(
        missing,
        "{number} more paid hour of this kind would have met this rule.",
        "{number} more paid hours of this kind would have met this rule.",
    )
    return Told(_hours(values), remedy)


def _hours(values: Values) -> Message:
    if not values["occupations"]:
        return tell(
            "The rule asks for {hours} paid hours of work within {within} years; you showed {shown}.", values
        )
    if "within" in values:
        return tell(
            "The rule asks for {hours} paid hours of work within {within} years in the occupation "
            "{occupations} (ISCO-08); you showed {shown}.",
            values,
        )
    return tell(
        "The rule asks for {hours} paid hours of work in the occupation {occupations} (ISCO-08); you showed "
        "{shown}.",
        values,
    )


def _selected(values: Values) -> Told:
    if "outcome" in values:
        says = tell(
            "The programme asks that the employer select you; the employer recorded: {outcome} ({reason}).",
            values,
        )
        return Told(says)
    return Told(
        tell("The programme asks that the employer select you; that had not happened by the closing.")
    )


WORK: Mapping[str, Callable[[Values], Told]] = {
    "E_LANG_": _language,
    "E_TEST_EXPIRED": _expired,
    "E_LICENCE": _licence,
    "E_EDUCATION": _education,
    "E_EXPERIENCE": _experience,
    "E_NOT_SELECTED": _selected,
}
