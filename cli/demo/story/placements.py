"""What becomes of accepted offers, told by numbers; who drops out before work starts, one by one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cli.demo.story import words
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.matching.placement_values import PlacementState

FEW = 4
MOST = 8


def contracted(day: str, events: Sequence[Event]) -> list[Line]:
    return [Line(f"{words.count(len(events), 'contract')} SIGNED.", day, Tone.GOOD), *_where(events)]


def granted(day: str, events: Sequence[Event]) -> list[Line]:
    kinds = Counter(event.data.kind for event in events)
    named = words.listed(f"{kind} ({number})" for kind, number in sorted(kinds.items()))
    return [Line(f"{words.count(len(events), 'clearance')} granted: {named}.", day)]


def refused(day: str, events: Sequence[Event]) -> list[Line]:
    lines = [Line(f"{words.count(len(events), 'clearance')} refused.", day, Tone.NO)]
    aside = "Which one and why is told to the candidate alone, and stands in no fact."
    return [*lines, Line(aside, tone=Tone.ASIDE, depth=1)]


def cleared(day: str, events: Sequence[Event]) -> list[Line]:
    needed = words.listed(sorted({kind for event in events for kind in event.data.state.needed}))
    what = f"{_people(events)} CLEARED: everything that is needed before the departure is granted ({needed})."
    return [Line(what, day, Tone.GOOD)]


def departed(day: str, events: Sequence[Event]) -> list[Line]:
    without = Counter(kind for event in events for kind in event.data.without)
    lines = [Line(f"{_people(events)} DEPARTED.", day, Tone.GOOD)]
    return lines + [
        Line(f"{number} without {kind}, which a rule from memory asks for: it warns only.", depth=1,
             tone=Tone.ASIDE)
        for kind, number in sorted(without.items())
    ]  # fmt: skip


def started(day: str, events: Sequence[Event]) -> list[Line]:
    return [Line(f"{_people(events)} arrived and STARTED WORK.", day, Tone.GOOD), *_where(events)]


def ended(day: str, events: Sequence[Event]) -> list[Line]:
    lines = [_end(day, event.data.state) for event in events[:FEW]]
    if len(events) > FEW:
        lines.append(Line(f"… and {len(events) - FEW} more ended.", day, Tone.NO))
    if free := sum(not event.data.state.seat_held for event in events):
        given = "The seat is given back" if free == 1 else f"{free} seats are given back"
        lines.append(Line(f"{given}, and waits for a later round.", depth=1))
    return lines


def _end(day: str, state: PlacementState) -> Line:
    why = state.ended_for.value.replace("_", " ").lower() if state.ended_for else "ended"
    when = "after work started" if state.arrived_on else "before work started"
    return Line(f"{state.candidate}: ENDED {when}, {why}: {state.vacancy}.", day, Tone.NO)


def returned(day: str, events: Sequence[Event]) -> list[Line]:
    return [Line(f"{_people(events)} returned.", day)]


def _people(events: Sequence[Event]) -> str:
    return words.count(len(events), "candidate")


def _where(events: Sequence[Event]) -> list[Line]:
    counts = Counter(event.data.state.vacancy for event in events)
    named = words.listed((f"{vacancy}: {number}" for vacancy, number in sorted(counts.items())), MOST)
    return [Line(named, depth=1)]
