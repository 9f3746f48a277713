"""Job orders and the vacancies that they become, told. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.envelope import CausedEnvelope
from jembatan.contracts.refusal import Reason
from jembatan.contracts.vacancies import VacancyState, Wait

WAITS = {
    Wait.PARTNERSHIP: "its partnership to be registered",
    Wait.OPENING: "its partnership to open",
    Wait.VERIFICATION: "the mission's verification",
}


def pending(event: Event, _: Known) -> list[Line]:
    state: VacancyState = event.data.state
    waits = words.listed(WAITS[one] for one in state.waits_for)
    return [_line(event, f"{_order(state)}: PENDING, it waits for {waits}."), *warnings(event)]


def posted(event: Event, known: Known) -> list[Line]:
    state: VacancyState = event.data.state
    before = known.vacancies.get(event.subject)
    envelope = event.envelope
    itself = isinstance(envelope, CausedEnvelope) and not (envelope.causetopic or "").startswith("vacancies.")
    how = "posted by itself, now that its partnership is open" if before and itself else "posted"
    return [_line(event, f"{_order(state)}: {how}.", Tone.GOOD), *warnings(event)]


def rejected(event: Event, _: Known) -> list[Line]:
    return [_line(event, f"{event.subject} is REJECTED:", Tone.NO), *reasons(event.data.reasons)]


def changed(day: str, events: Sequence[Event]) -> list[Line]:
    """Openings that are filled, by the last number of a day; other changes one by one."""
    counted = {event.subject: event for event in events if event.data.changed == ("filled",)}
    others = [event for event in events if event.data.changed != ("filled",)]
    lines = [f"{name}: {_filled(event.data.state)}." for name, event in sorted(counted.items())]
    return [*(Line(text, day) for text in lines), *(one for event in others for one in other(event))]


def _filled(state: VacancyState) -> str:
    return f"{state.filled} of {words.count(state.openings, 'opening')} filled"


def filled(event: Event, _: Known) -> list[Line]:
    state: VacancyState = event.data.state
    text = f"{state.id} is FILLED: all of its {words.count(state.openings, 'opening')} started work."
    return [_line(event, text, Tone.GOOD)]


def other(event: Event) -> list[Line]:
    state: VacancyState = event.data.state
    outcome = f", {state.outcome.value.replace('_', ' ').lower()}" if state.outcome else ""
    what = event.name.partition(".")[2].replace("_", " ")
    return [_line(event, f"{state.id}: {what}{outcome}.")]


def warnings(event: Event) -> list[Line]:
    return [
        Line(f"warning {one.code}: {one.detail}", tone=Tone.ASIDE, depth=1) for one in event.data.warnings
    ]


def reasons(found: tuple[Reason, ...]) -> list[Line]:
    """Each reason on a line of its own."""
    return [
        Line(f"{one.code} at {one.pointer}: {one.detail}" if one.pointer else f"{one.code}: {one.detail}",
             tone=Tone.NO, depth=1)
        for one in found
    ]  # fmt: skip


def _order(state: VacancyState) -> str:
    noc = f", NOC {state.noc2021}" if state.noc2021 else ""
    return f"{state.id} ({state.title}{noc}, {words.count(state.openings, 'opening')})"


def _line(event: Event, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(text, words.day(event.at), tone)
