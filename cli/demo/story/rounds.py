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


def eligibility(round_id: str, known: Known, private: Private) -> list[Line]:
    """How many are eligible, and of the others how many reasons stand against them at least."""
    found = known.matches.get(round_id, {})
    placed = known.placed_before(round_id)
    barred = {
        name: _fewest(private[name])
        for name, match in found.items()
        if not match.eligible and name in private and name not in placed
    }
    able = [name for name, match in found.items() if match.eligible]
    lines = [Line(_counted(round_id, len(able), [len(reasons) for reasons in barred.values()]))]
    if seated := len(placed & found.keys()):
        lines.append(Line(f"{seated} more have accepted an offer of an earlier round.", depth=1))
    lines += _partly([private[name] for name in able if private.get(name)])
    return lines + _examples(barred, known)


def _counted(round_id: str, able: int, sizes: Sequence[int]) -> str:
    by_size = sorted(Counter(sizes).items())
    spread = words.listed(f"{number} for {words.count(size, 'reason')}" for size, number in by_size)
    return f"Eligibility in {round_id}: {able} eligible, {len(sizes)} not{': ' + spread if spread else ''}."


def _partly(found: Sequence[Mapping[str, tuple[Reason, ...]]]) -> list[Line]:
    if not found:
        return []
    why = Counter(one.code for pairs in found for reasons in pairs.values() for one in reasons)
    codes = words.listed(f"{code} ({words.count(number, 'pair')})" for code, number in why.most_common())
    return [Line(f"{len(found)} of the eligible are so for a part of their list only: {codes}.", depth=1)]


def _examples(barred: Mapping[str, tuple[Reason, ...]], known: Known) -> list[Line]:
    """One person for each number of reasons; nobody twice in a story."""
    names = {len(barred[name]): name for name in sorted(barred, reverse=True)}
    lines = []
    for _, name in sorted(names.items())[:3]:
        if name not in known.exemplified:
            lines.append(Line(f"{name}:", depth=1))
            lines += [Line(f"{one.code}: {one.detail}", tone=Tone.NO, depth=2) for one in barred[name]]
            known.exemplified.add(name)
    if lines:
        aside = "Such reasons stand in no topic; they are read here from the schema of matching."
        lines.append(Line(aside, tone=Tone.ASIDE, depth=1))
    return lines


def _fewest(reasons: Mapping[str, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    return min(reasons.values(), key=len, default=())


def _line(event: Event, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(text, words.day(event.at), tone)
