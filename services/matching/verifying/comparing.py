"""The first place where two results differ, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
Describe = Callable[[Any], str]


def values(name: str, given: object, right: object) -> Iterator[str]:
    """A single value that should be another."""
    if given != right:
        yield f"the file says {name} is {given}; computed anew it is {right}"


def matches(given: Json, right: Json) -> Iterator[str]:
    """Each candidate who should have another vacancy, or one, or none."""
    yield from _tables("candidate {}", given, right, lambda vacancy: vacancy or "no vacancy")


def cutoffs(given: Json, right: Json) -> Iterator[str]:
    """Each full place whose last pair should be another."""
    yield from _tables("cut-off of {}", given, right, _last)


def passed_over(given: Json, right: Json) -> Iterator[str]:
    """Each preference that was not granted for another reason than the one given."""
    for who in sorted(given.keys() | right.keys()):
        ours, theirs = right.get(who, ()), given.get(who, ())
        for number in range(max(len(ours), len(theirs))):
            one, other = _at(theirs, number), _at(ours, number)
            if one != other:
                yield (
                    f"candidate {who}, preference {number + 1}: the file says {_step(one)};"
                    f" computed anew: {_step(other)}"
                )


def tickets(given: Json, right: Mapping[str, str]) -> Iterator[str]:
    """Each ticket in the cut-offs that should be another."""
    for _, last in sorted(given.items()):
        who = last["candidate"]
        if who not in right:
            yield f"the file has a ticket of {who}, who is no candidate of this market"
        elif last["ticket"] != right[who]:
            yield f"the file says the ticket of {who} is {last['ticket']}; computed anew it is {right[who]}"


def _tables(title: str, given: Json, right: Json, describe: Describe) -> Iterator[str]:
    for name in sorted(given.keys() | right.keys()):
        ours, theirs = right.get(name), given.get(name)
        if ours != theirs:
            subject = title.format(name)
            yield f"{subject}: the file says {describe(theirs)}; computed anew it is {describe(ours)}"


def _last(pair: Json | None) -> str:
    if pair is None:
        return "none"
    standing = f"tier {pair['tier']}, score {pair['score']}, ticket {pair['ticket']}"
    return f"{pair['candidate']} at {pair['vacancy']} ({standing})"


def _step(step: Json | None) -> str:
    if step is None:
        return "nothing"
    last = f"{step['before']} stands last there" if step["before"] else "it has no room at all"
    return f"{step['vacancy']} was not granted because {step['node']} is full and {last}"


def _at(steps: Sequence[Json], number: int) -> Json | None:
    return steps[number] if number < len(steps) else None
