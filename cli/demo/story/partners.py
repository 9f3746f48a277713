"""Partnerships, caps and safeguards, told. Pure."""

from __future__ import annotations

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.partners import (
    CapState,
    InstrumentKind,
    PartnershipFact,
    PartnershipState,
    SafeguardsState,
)

KINDS = {
    InstrumentKind.LOI: "letter of intent",
    InstrumentKind.MOU: "memorandum of understanding",
    InstrumentKind.PLACEMENT_AGREEMENT: "placement agreement",
    InstrumentKind.EPA: "economic partnership agreement",
    InstrumentKind.IA: "implementing arrangement",
}


def registered(event: Event, _: Known) -> list[Line]:
    state: PartnershipState = event.data.state
    return [
        _line(event, f"{state.id} is registered: {words.partnership(state.id)}.", Tone.GOOD),
        Line(
            f"{state.origin_agency} with {state.host_agency}, "
            f"for the occupations {words.listed(state.occupations)} (ISCO-08).",
            depth=1,
        ),
    ]


def signed(event: Event, _: Known) -> list[Line]:
    state: PartnershipState = event.data.state
    one = state.instruments[-1]
    return [
        _line(
            event,
            f"Signed on {one.signed_on} by {state.origin_agency} and {state.host_agency}: "
            f"{KINDS[one.kind]} “{one.ref}”. The partnership's phase: {_phase(state)}.",
            Tone.GOOD,
        )
    ]


def changed(event: Event, known: Known) -> list[Line]:
    data: PartnershipFact = event.data
    before = known.partnerships.get(event.subject)
    lines = [
        _line(
            event,
            f"The {_agency(name)} is {getattr(data.state, name)} now, before it was {_was(before, name)}.",
        )
        for name in ("origin_agency", "host_agency")
        if name in data.changed
    ]
    others = [name for name in data.changed if name not in ("origin_agency", "host_agency", "cap")]
    if others:
        lines.append(_line(event, f"{event.subject} changed: {words.listed(others)}."))
    return lines


def opened(event: Event, _: Known) -> list[Line]:
    state: PartnershipState = event.data.state
    lines = [_line(event, f"{state.id} is OPEN: vacancies post, rounds may be announced.", Tone.GOOD)]
    if state.safeguards is not None:
        listed = "is" if state.safeguards.listed else "is not"
        lines.append(
            Line(
                f"{words.place(state.origin)} {listed} on the safeguards list {state.safeguards.list}.",
                depth=1,
            )
        )
    return lines


def stopped(event: Event, _: Known) -> list[Line]:
    state: PartnershipState = event.data.state
    why = f" ({state.suspended_for})" if state.suspended_for else ""
    return [_line(event, f"{state.id} is {_phase(state)} now{why}.", Tone.NO)]


def resumed(event: Event, _: Known) -> list[Line]:
    return [_line(event, f"{event.subject} is open again.", Tone.GOOD)]


def capped(event: Event, _: Known) -> list[Line]:
    state: CapState = event.data.state
    most = "no limit of seats" if state.max is None else f"at most {words.count(state.max, 'seat')}"
    period = f", {_period(state)}" if state.period_start or state.period_end else ""
    return [_line(event, f"Cap of {state.node}: {most}{period}.", Tone.GOOD)]


def safeguarded(event: Event, _: Known) -> list[Line]:
    state: SafeguardsState = event.data.state
    countries = words.count(len(state.countries), "country", "countries")
    return [_line(event, f"The safeguards list {state.id} is in force, with {countries}.")]


def _period(state: CapState) -> str:
    start = f"from {state.period_start}" if state.period_start else ""
    end = f"to before {state.period_end}" if state.period_end else ""
    return " ".join(filter(None, (start, end)))


def _phase(state: PartnershipState) -> str:
    return state.phase.value.replace("_", " ")


def _agency(field: str) -> str:
    return "origin's agency" if field == "origin_agency" else "host's agency"


def _was(before: PartnershipState | None, field: str) -> str:
    return str(getattr(before, field)) if before else "unknown"


def _line(event: Event, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(text, words.day(event.at), tone)
