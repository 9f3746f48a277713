"""What is wrong between the parts of a market: ids given twice, names that lead nowhere, cycles.

These checks read the document as it stands, whatever the shape of its values, so that a file with faults
of both kinds gets all of them at once; what has not even an id or a list is passed over here, for its
shape is a fault already.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.matching.market.faults import pointer, shown

Records = list[tuple[str, Mapping[str, Any]]]


def reference_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each fault between nodes, vacancies and candidates, in this order."""
    nodes, vacancies = _records(document, "nodes"), _records(document, "vacancies")
    candidates = _records(document, "candidates")
    yield from _repeated("node", nodes)
    yield from _two_parents(nodes)
    yield from _unknown_nodes("parent", nodes, _ids(nodes))
    yield from _cycles(nodes)
    yield from _repeated("vacancy", vacancies)
    yield from _shared_names(nodes, vacancies)
    yield from _unknown_nodes("node", vacancies, _ids(nodes))
    yield from _repeated("candidate", candidates)
    known = _ids(vacancies)
    for place, candidate in candidates:
        if not _sound(candidate, known):
            yield from _list_faults(f"{place} (candidate {shown(candidate.get('id'))})", candidate, known)


def _sound(candidate: Mapping[str, Any], known: Mapping[str, int]) -> bool:
    """Whether a list has no fault that `_list_faults` would name, found out quickly: most have none."""
    wished, scores = candidate.get("preferences"), candidate.get("scores")
    tiers = candidate.get("tiers", {})
    if not (type(wished) is list and type(scores) is dict and type(tiers) is dict):
        return False
    try:
        return (
            len(wished) == len(set(wished) & scores.keys()) and known.keys() >= scores.keys() | tiers.keys()
        )
    except TypeError:
        return False


def _records(document: Mapping[str, Any], name: str) -> Records:
    values = _list(document.get(name))
    return [(pointer(name, i), value) for i, value in enumerate(values) if isinstance(value, Mapping)]


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _ids(records: Records) -> dict[str, int]:
    return Counter(record["id"] for _, record in records if isinstance(record.get("id"), str))


def _repeated(kind: str, records: Records) -> Iterator[str]:
    for name, times in _ids(records).items():
        if times > 1:
            yield f"{kind} {shown(name)} is given {times} times: an id stands for one thing"


def _two_parents(nodes: Records) -> Iterator[str]:
    parents: dict[str, set[str | None]] = defaultdict(set)
    for _, node in nodes:
        if isinstance(node.get("id"), str) and isinstance(node.get("parent"), str | None):
            parents[node["id"]].add(node.get("parent"))
    for name, above in parents.items():
        if len(above) > 1:
            listed = ", ".join(sorted(shown(parent) for parent in above))
            yield f"node {shown(name)} has {len(above)} parents ({listed}): caps form a tree, keep one"


def _unknown_nodes(field: str, records: Records, known: Mapping[str, int]) -> Iterator[str]:
    for place, record in records:
        name = record.get(field)
        if isinstance(name, str) and name not in known:
            yield f"{place}/{field}: {shown(name)} is an unknown node: add it to nodes or correct the name"


def _shared_names(nodes: Records, vacancies: Records) -> Iterator[str]:
    for name in sorted(_ids(vacancies).keys() & _ids(nodes).keys()):
        yield f"{shown(name)} names a node and a vacancy: rename one, both are levels of one tree"


def _cycles(nodes: Records) -> Iterator[str]:
    above = {node["id"]: node.get("parent") for _, node in nodes if isinstance(node.get("id"), str)}
    seen: set[str] = set()
    for start in above:
        walk: dict[str, None] = {}
        step: Any = start
        while isinstance(step, str) and step in above and step not in seen and step not in walk:
            walk[step] = None
            step = above[step]
        seen.update(walk)
        if isinstance(step, str) and step in walk:
            yield _cycle_sentence(list(walk), step)


def _cycle_sentence(walk: list[str], closing: str) -> str:
    ring = [*walk[walk.index(closing) :], closing]
    return f"nodes form a cycle: {' -> '.join(map(shown, ring))}: give one of them a parent outside it"


def _list_faults(place: str, candidate: Mapping[str, Any], known: Mapping[str, int]) -> Iterator[str]:
    preferences = [name for name in _list(candidate.get("preferences")) if isinstance(name, str)]
    scores, tiers = (_keys(candidate.get(field)) for field in ("scores", "tiers"))
    if len(set(preferences)) < len(preferences):
        for name, times in Counter(preferences).items():
            if times > 1:
                yield f"{place}: prefers {shown(name)} {times} times: keep one"
    for name in dict.fromkeys((*preferences, *scores, *tiers)):
        if name not in known:
            yield f"{place}: {shown(name)} is an unknown vacancy: add it to vacancies or leave it out"
    for name in dict.fromkeys(preferences):
        if name not in scores:
            yield f"{place}: prefers {shown(name)} without a score for it: add the score"


def _keys(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
