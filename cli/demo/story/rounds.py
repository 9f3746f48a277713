"""Rounds, told from their announcement to their settlement. Pure."""

from __future__ import annotations

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.matching.rounds import RoundState

HEX = 12


def opened(event: Event, _: Known) -> list[Line]:
    state: RoundState = event.data.state
    closes, reveal, answer = (words.day(at) for at in (state.closes_at, state.reveal_by, state.answer_by))
    return [
        _line(event, f"Round {state.id} is announced for {words.listed(state.scope)}."),
        Line(
            f"Lists close on {closes}, secrets are shown by {reveal}, offers answered by {answer}.", depth=1
        ),
        Line(_drawer(state), depth=1),
    ]


def committed(event: Event, _: Known) -> list[Line]:
    bound = event.data.state.commitments[event.data.by]
    return [_line(event, f"{event.data.by} commits to a secret: {bound[:HEX]}…")]


def frozen(event: Event, _: Known) -> list[Line]:
    state: RoundState = event.data.state
    text = f"Round {state.id} FREEZES with {words.count(state.candidates or 0, 'eligible candidate')}."
    named = (state.snapshot or "")[:HEX]
    public = f"The market is public, under references of this round only. Its SHA-256: {named}…"
    lines = [_line(event, text, Tone.GOOD), Line(public, depth=1)]
    if state.awaits is not None and state.beacon_at is not None:
        comes = (
            f"Beacon {state.awaits} draws the lottery; nobody knows it before {state.beacon_at.isoformat()}."
        )
        lines.append(Line(comes, depth=1))
    return lines


def _drawer(state: RoundState) -> str:
    if state.lottery == "drand":
        return "A public beacon draws the lottery, named when the round freezes."
    if not state.public:
        return f"{words.listed(state.committers)} alone draws the lottery: it is NOT PUBLIC."
    return f"{words.listed(state.committers)} draw the lottery together."


def revealed(event: Event, _: Known) -> list[Line]:
    shown = event.data.state.secrets[event.data.by]
    return [_line(event, f"{event.data.by} shows its secret {shown[:HEX]}…, the one it had committed to.")]


def drawn(event: Event, _: Known) -> list[Line]:
    state: RoundState = event.data.state
    of = "secrets, snapshot" if state.drawn_from is None else f"signature of beacon {state.drawn_from}"
    text = f"The lottery is drawn: rho = SHA-256({of}) = {(state.rho or '')[:HEX]}…"
    return [_line(event, text, Tone.GOOD)]


def defaulted(event: Event, _: Known) -> list[Line]:
    state: RoundState = event.data.state
    missing = "defaulted" in event.data.changed
    what = (
        f"No secret came from {words.listed(state.defaulted)}" if missing else "The beacon was not reported"
    )
    then = "." if state.awaits is None else f": now beacon {state.awaits} draws the lottery."
    return [_line(event, what + then, Tone.NO)]


def aborted(event: Event, _: Known) -> list[Line]:
    why = f": {event.data.explanation}" if event.data.explanation else "."
    return [_line(event, f"Round {event.subject} ended without a result, {event.data.reason}{why}", Tone.NO)]


def settled(event: Event, _: Known) -> list[Line]:
    answers = event.data.answers
    text = (
        f"Round {event.subject} is settled: {answers.accepted} accepted, {answers.declined} declined, "
        f"{answers.lapsed} lapsed."
    )
    return [_line(event, text, Tone.GOOD)]


def _line(event: Event, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(text, words.day(event.at), tone)
