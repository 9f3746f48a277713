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
        Line(f"{words.listed(state.committers)} draw the lottery together.", depth=1),
    ]


def committed(event: Event, _: Known) -> list[Line]:
    bound = event.data.state.commitments[event.data.by]
    return [_line(event, f"{event.data.by} commits to a secret: {bound[:HEX]}…")]


def frozen(event: Event, _: Known) -> list[Line]:
    state: RoundState = event.data.state
    text = f"Round {state.id} FREEZES with {words.count(state.candidates or 0, 'eligible candidate')}."
    named = (state.snapshot or "")[:HEX]
    public = f"The market is public, under references of this round only. Its SHA-256: {named}…"
    return [_line(event, text, Tone.GOOD), Line(public, depth=1)]


def revealed(event: Event, _: Known) -> list[Line]:
    shown = event.data.state.secrets[event.data.by]
    return [_line(event, f"{event.data.by} shows its secret {shown[:HEX]}…, the one it had committed to.")]


def drawn(event: Event, _: Known) -> list[Line]:
    rho = event.data.state.rho or ""
    return [_line(event, f"The lottery is drawn: rho = SHA-256(secrets, snapshot) = {rho[:HEX]}…", Tone.GOOD)]


def defaulted(event: Event, _: Known) -> list[Line]:
    return [_line(event, f"No secret came from {words.listed(event.data.state.defaulted)}.", Tone.NO)]


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
