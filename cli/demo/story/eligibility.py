"""Eligibility in a round, told in numbers, and one person for each number of reasons. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.contracts.refusal import Reason

Private = Mapping[str, Mapping[str, tuple[Reason, ...]]]
"""Reasons against pairs, by candidate and vacancy: from the schema of matching, where alone they stand."""


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
