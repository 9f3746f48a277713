"""Rounds, told: commitments, the freeze, the draw, who is matched, who is passed over and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.matching.offers import MatchState
from jembatan.contracts.matching.rounds import Cutoff, RoundState
from jembatan.contracts.refusal import Reason

Private = Mapping[str, Mapping[str, tuple[Reason, ...]]]
"""Reasons against pairs, by candidate and vacancy: from the schema of matching, where alone they stand."""

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
        _line(event, head, Tone.GOOD),
        *_by_vacancy(matched, known),
        *_cutoffs(event.data.cutoffs, state, known),
        *_passed_over(matched, without, known),
    ]


def _by_vacancy(matched: Iterable[MatchState], known: Known) -> list[Line]:
    counts = Counter(match.vacancy for match in matched if match.vacancy)
    lines = []
    for vacancy, number in sorted(counts.items()):
        state = known.vacancies.get(vacancy)
        openings = f" of {words.count(state.openings, 'opening')}: {state.title}" if state else ""
        lines.append(Line(f"{vacancy}: {number}{openings}", depth=1))
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
    whys = Counter(_last_full(match) for match in without if match.passed_over)
    for node, number in whys.most_common():
        lines.append(
            Line(f"{number} got no seat: others stood before them, and {_full(node, known)}.", depth=2)
        )
    lower = sum(1 for match in matched if match.passed_over)
    if lower:
        lines.append(Line(f"{lower} got a lower choice, since the one above was full.", depth=2))
    return lines + _sample(without, known)


def _last_full(match: MatchState) -> str:
    return match.passed_over[-1].node


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


def eligibility(round_id: str, known: Known, private: Private) -> list[Line]:
    """How many are eligible, and of the others how many reasons stand against them at least."""
    found = known.matches.get(round_id, {})
    barred = {
        name: _fewest(private[name])
        for name, match in found.items()
        if not match.eligible and name in private
    }
    counts = Counter(len(reasons) for reasons in barred.values())
    able = sum(1 for match in found.values() if match.eligible)
    partly = [name for name, match in found.items() if match.eligible and private.get(name)]
    sizes = (f"{number} for {words.count(size, 'reason')}" for size, number in sorted(counts.items()))
    spread = f": {words.listed(sizes)}" if counts else ""
    lines = [Line(f"Eligibility in round {round_id}: {able} eligible, {len(barred)} not{spread}.")]
    if partly:
        why = Counter(one.code for name in partly for reasons in private[name].values() for one in reasons)
        codes = words.listed(f"{code} ({number})" for code, number in why.most_common())
        lines.append(
            Line(f"{len(partly)} of the eligible are so for a part of their list only: {codes}.", depth=1)
        )
    for size in sorted(counts)[:3]:
        lines += _example(size, barred)
    if barred:
        aside = "Reasons stand in no topic: they are read here from the schema of matching."
        lines.append(Line(aside, tone=Tone.ASIDE, depth=1))
    return lines


def _fewest(reasons: Mapping[str, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    return min(reasons.values(), key=len, default=())


def _example(size: int, barred: Mapping[str, tuple[Reason, ...]]) -> list[Line]:
    name = min(name for name, reasons in barred.items() if len(reasons) == size)
    return [
        Line(f"{name}:", depth=1),
        *(Line(f"{one.code}: {one.detail}", tone=Tone.NO, depth=2) for one in barred[name]),
    ]


def _line(event: Event, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(text, words.day(event.at), tone)
