"""An explanation as lines for a person, and as an object for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cli.explain import persons, vacancies
from cli.explain.messages import Message, tell
from cli.explain.places import Place
from cli.explain.reasons import Explained
from cli.explain.wording import Tongue
from cli.output import safe


def person(answer: persons.Answer, candidate: str, tongue: Tongue) -> list[str]:
    """A candidate's answer: the result, then each place of the list."""
    head = tongue.say(tell("{candidate}, round {round}", candidate=candidate, round=answer.round_id))
    lines = [head, *_said(answer.says, tongue, 1)]
    for number, place in enumerate(answer.places):
        lines += [*_place(place, tongue), *_why(place, answer.places[:number], tongue)]
    return lines


def vacancy(answer: vacancies.Answer, name: str, tongue: Tongue) -> list[str]:
    """A vacancy's answer."""
    head = tongue.say(tell("Vacancy {vacancy}, round {round}", vacancy=name, round=answer.round_id))
    return [head, *_said(answer.says, tongue, 1), *_reasons(answer.reasons, tongue)]


def _place(place: Place, tongue: Tongue) -> Iterator[str]:
    about = safe(", ".join(filter(None, (place.title, place.employer))))
    yield f"  {place.number}. {safe(place.vacancy)}{f' ({about})' if about else ''}"
    yield from _said((*place.says, *place.remedy), tongue, 2)


def _why(place: Place, before: Iterable[Place], tongue: Tongue) -> Iterator[str]:
    """The reasons against a place, or which place before has the same."""
    same = next((one for one in before if one.reasons and one.reasons == place.reasons), None)
    if same is not None:
        return _said((tell("The reasons are those of number {place}.", place=same.number),), tongue, 2)
    return _reasons(place.reasons, tongue)


def _reasons(reasons: Iterable[Explained], tongue: Tongue) -> Iterator[str]:
    for one in reasons:
        sentences = " ".join(tongue.say(message) for message in (*one.says, *one.remedy))
        yield f"     - {sentences}"


def _said(messages: Iterable[Message], tongue: Tongue, depth: int) -> Iterator[str]:
    indent = " " * (2 if depth == 1 else 5)
    return (indent + tongue.say(message) for message in messages)


def person_object(answer: persons.Answer, candidate: str, tongue: Tongue) -> dict[str, Any]:
    """A candidate's answer for programs; `text`, `would_change` are sentences in the language."""
    return {
        "candidate": candidate,
        "round": answer.round_id,
        "outcome": answer.outcome.value,
        "public": answer.is_public,
        "language": tongue.language.value,
        "reference": answer.who.reference if answer.who else None,
        "score": answer.who.score if answer.who else None,
        "ticket": answer.who.ticket if answer.who else None,
        "offer": answer.who.offer.phase.value if answer.who and answer.who.offer else None,
        "placement": answer.who.placement.state.phase.value if answer.who and answer.who.placement else None,
        "text": _texts(answer.says, tongue),
        "places": [_place_object(one, tongue) for one in answer.places],
    }


def vacancy_object(answer: vacancies.Answer, name: str, tongue: Tongue) -> dict[str, Any]:
    """A vacancy's answer for programs; the cut-off without whose it is."""
    cutoff = answer.cutoff.model_dump(include={"tier", "score", "ticket"}) if answer.cutoff else None
    return {
        "vacancy": name,
        "round": answer.round_id,
        "outcome": answer.outcome.value,
        "public": answer.is_public,
        "language": tongue.language.value,
        "text": _texts(answer.says, tongue),
        "node": answer.node,
        "cutoff": cutoff,
        "reasons": [_reason_object(one, tongue) for one in answer.reasons],
    }


def _place_object(place: Place, tongue: Tongue) -> dict[str, Any]:
    return {
        "place": place.number,
        "vacancy": place.vacancy,
        "title": place.title,
        "employer": place.employer,
        "result": place.given.value,
        "text": _texts(place.says, tongue),
        "would_change": _texts(place.remedy, tongue),
        "reasons": [_reason_object(one, tongue) for one in place.reasons],
    }


def _reason_object(reason: Explained, tongue: Tongue) -> dict[str, Any]:
    return {
        "code": reason.code,
        "values": dict(reason.values),
        "text": _texts(reason.says, tongue),
        "would_change": _texts(reason.remedy, tongue),
    }


def _texts(messages: Iterable[Message], tongue: Tongue) -> list[str]:
    return [tongue.say(message) for message in messages]
