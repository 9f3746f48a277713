"""Reasons of the roster and of the round itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.explain.messages import Message, tell
from cli.explain.told import Told, Values


def _not_rostered(values: Values) -> Told:
    if values["phase"] == "registered":
        says = tell("On {at}, the time that counts, you were not yet verified into the roster.", values)
    elif values["phase"] == "delisted" or "since" not in values:
        says = tell("On {at}, the time that counts, you were no longer in the roster.", values)
    else:
        says = tell("You are in the roster from {since} on; the time that counts was {at}.", values)
    return Told(says, _in_the_roster(values), _roster())


def _roster_expired(values: Values) -> Told:
    says = tell("Your time in the roster ended on {ended_at}; the time that counts was {at}.", values)
    return Told(says, _in_the_roster(values), _roster())


def _in_the_roster(values: Values) -> Message:
    return tell("Being in the roster on {at} would have met this rule.", values)


def _roster() -> Message:
    return tell("Source: the programme's roster.")


def _scheme(values: Values) -> Told:
    says = tell(
        "This vacancy is filled under the programme {programme}; you were verified for {own_programme}.",
        values,
    )
    return Told(says, source=_roster())


def _origin(values: Values) -> Told:
    says = tell(
        "This vacancy is for candidates registered in: {country}. You are registered in: {own_country}.",
        values,
    )
    return Told(says, source=tell("Source: the partnership of the vacancy."))


def _not_open(values: Values) -> Told:
    says = tell("The partnership {partnership} was not open when the round was fixed.", values)
    return Told(says, source=_every_round())


def _not_posted(values: Values) -> Told:
    says = tell("The vacancy was not open when the round was fixed; its state was: {state}.", values)
    return Told(says, source=_every_round())


def _in_other_round(values: Values) -> Told:
    says = tell("You were in the round {round}, which was not settled when this one was fixed.", values)
    return Told(says, source=_every_round())


def _offer_held(values: Values) -> Told:
    says = tell("You held the offer {offer} already when the round was fixed.", values)
    return Told(says, source=_every_round())


def _every_round() -> Message:
    return tell("Source: the rules of every round.")


ROUND: Mapping[str, Callable[[Values], Told]] = {
    "E_NOT_ROSTERED": _not_rostered,
    "E_ROSTER_EXPIRED": _roster_expired,
    "E_SCHEME": _scheme,
    "E_ORIGIN": _origin,
    "E_PARTNERSHIP_NOT_OPEN": _not_open,
    "E_VACANCY_NOT_POSTED": _not_posted,
    "IN_OTHER_ROUND": _in_other_round,
    "E_OFFER_HELD": _offer_held,
}
