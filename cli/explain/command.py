"""`jembatan explain`: finds what is asked for, and prints the answer for each round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.exits import Exit, Failed
from cli.explain import gather, history, persons, show, vacancies
from cli.explain.gather import Connection
from cli.explain.wording import Tongue
from cli.output import put_json, put_line, safe
from jembatan.contracts.matching.rounds import Phase, RoundState


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be explained: a candidate, or a vacancy; in one round or in all it was part of."""

    name: str
    round_id: str | None
    vacancy: bool
    tongue: Tongue
    as_json: bool


async def explain(kafka: str, postgres: str, asked: Asked) -> None:
    """Print why a candidate's or a vacancy's rounds ended as they did; Failed if nothing is known of it."""
    async with gather.reading(postgres) as connection:
        known = await gather.rounds(connection)
        if not asked.vacancy and await gather.is_candidate(connection, asked.name):
            await _person(connection, kafka, asked, known)
        elif await gather.is_vacancy(connection, asked.name):
            await _vacancy(connection, asked, known)
        else:
            raise Failed(Exit.NO, _unknown(asked))


def _unknown(asked: Asked) -> str:
    kind = "vacancy" if asked.vacancy else "candidate and no vacancy"
    return f"There is no {kind} {safe(asked.name)}. Give an id as it stands in the facts (`jembatan facts`)."


async def _person(connection: Connection, kafka: str, asked: Asked, known: Sequence[RoundState]) -> None:
    facts = await history.read(kafka, asked.name)
    entered = await gather.entered_rounds(connection, asked.name)
    for state in _chosen(asked, known, entered):
        found = await gather.a_round(connection, state)
        who = await gather.entered(connection, found, asked.name)
        answer = persons.explain(found, history.then(facts, state.closes_at), who)
        if asked.as_json:
            put_json(show.person_object(answer, asked.name, asked.tongue))
        else:
            _put(show.person(answer, asked.name, asked.tongue))


async def _vacancy(connection: Connection, asked: Asked, known: Sequence[RoundState]) -> None:
    within = await gather.rounds_of_vacancy(connection, asked.name)
    for state in _chosen(asked, known, within):
        found = await gather.a_round(connection, state)
        numbers = await gather.asked(connection, found, asked.name)
        answer = vacancies.explain(found, asked.name, numbers)
        if asked.as_json:
            put_json(show.vacancy_object(answer, asked.name, asked.tongue))
        else:
            _put(show.vacancy(answer, asked.name, asked.tongue))


def _chosen(asked: Asked, known: Sequence[RoundState], theirs: set[str]) -> list[RoundState]:
    """The round that is named; else all that it was part of; else the last one that has a result, or any."""
    if asked.round_id is not None:
        found = [one for one in known if one.id == asked.round_id]
        return found or _no_round(f"There is no round {safe(asked.round_id)}", known)
    if theirs:
        return [one for one in known if one.id in theirs]
    with_result = [one for one in known if one.phase in (Phase.PUBLISHED, Phase.SETTLED)]
    return (with_result or list(known))[-1:] or _no_round("There is no round yet", known)


def _no_round(said: str, known: Sequence[RoundState]) -> list[Any]:
    names = ", ".join(one.id for one in known)
    raise Failed(Exit.NO, f"{said}; there are: {names}." if names else f"{said}.")


def _put(lines: Sequence[str]) -> None:
    put_line("\n".join(lines))
