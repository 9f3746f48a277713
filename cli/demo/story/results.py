"""A round's result, told: who is matched, who is passed over and why. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from cli.demo.story.rounds import HEX
from jembatan.client import Event
from jembatan.contracts.matching.offers import MatchState
from jembatan.contracts.matching.rounds import Cutoff, RoundState


def published(event: Event, known: Known) -> list[Line]:
    """The result, from the round's fact and from each candidate's."""
    state: RoundState = event.data.state
    found = list(known.matches.get(state.id, {}).values())
    matched = [match for match in found if match.vacancy]
    without = [match for match in found if not match.vacancy and match.eligible]
    barred = len(found) - len(matched) - len(without)
    head = (
        f"Round {state.id} is PUBLISHED: {words.count(len(matched), 'candidate')} matched, "
        f"{len(without)} eligible without a seat, {barred} not eligible."
    )
    return [
        Line(head, words.day(event.at), Tone.GOOD),
        *_by_vacancy(matched, known),
        *_cutoffs(event.data.cutoffs, state, known),
        *_passed_over(matched, without, known),
    ]


def _by_vacancy(matched: Iterable[MatchState], known: Known) -> list[Line]:
    """How many and who, by vacancy."""
    people: dict[str, list[str]] = defaultdict(list)
    for match in matched:
        people[match.vacancy or ""].append(match.candidate)
    lines = []
    for vacancy, names in sorted(people.items()):
        state = known.vacancies.get(vacancy)
        openings = f" of {words.count(state.openings, 'opening')}: {state.title}" if state else ""
        lines.append(Line(f"{vacancy}: {len(names)}{openings}", depth=1))
        lines.append(Line(words.listed(sorted(names)), tone=Tone.ASIDE, depth=2))
    return lines


def _cutoffs(cutoffs: Mapping[str, Cutoff], state: RoundState, known: Known) -> list[Line]:
    """Which caps bind, and where they cut."""
    lines = []
    for node, last in sorted(cutoffs.items()):
        cap = _cap(node, known)
        what = (
            f"The cap of {words.count(cap, 'seat')} of {node} BINDS" if cap is not None else f"{node} is full"
        )
        text = (
            f"{what}: the last seat went to a score of {last.score}, ties by ticket ({last.ticket[:HEX]}…)."
        )
        lines.append(Line(text, tone=Tone.NO, depth=1))
    return lines


def _cap(node: str, known: Known) -> int | None:
    return next((one.cap for one in known.usage.values() if one.node == node), None)


def _passed_over(matched: Sequence[MatchState], without: Sequence[MatchState], known: Known) -> list[Line]:
    if not without and not any(match.passed_over for match in matched):
        return []
    lines = [Line("Passed over, and why:", depth=1)]
    for number, why in _counted_by_why(without, known):
        lines.append(Line(f"{number} eligible got no seat, as others stood before them: {why}.", depth=2))
    lower = sum(1 for match in matched if match.passed_over)
    if lower:
        lines.append(Line(f"{lower} got a lower choice, since the ones above were full.", depth=2))
    return lines + _sample(without, known)


def _counted_by_why(without: Sequence[MatchState], known: Known) -> list[tuple[int, str]]:
    """People by what stopped them: a full cap above a choice that had openings left, or full vacancies."""
    nodes = [
        next((p.node for p in match.passed_over if _cap(p.node, known) is not None), "") for match in without
    ]
    return [
        (
            number,
            f"{_full(node, known)}, though openings were free"
            if node
            else "every vacancy they wanted was full",
        )
        for node, number in Counter(nodes).most_common()
    ]


def _full(node: str, known: Known) -> str:
    cap = _cap(node, known)
    return f"the cap of {cap} ({node}) is full" if cap is not None else f"{node} is full"


def _sample(without: Sequence[MatchState], known: Known) -> list[Line]:
    """One of them, choice by choice."""
    one = max(without, key=lambda match: (len(match.passed_over), match.candidate), default=None)
    if one is None:
        return []
    each = "; ".join(
        f"{number}. {passed.vacancy}: {_full(passed.node, known)}"
        for number, passed in enumerate(one.passed_over, 1)
    )
    return [Line(f"For example {one.candidate}: {each}.", tone=Tone.ASIDE, depth=2)]
