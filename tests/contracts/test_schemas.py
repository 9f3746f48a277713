"""The committed files are those of the language, and a breaking change does not slip in."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from cli import contracts
from jembatan.contracts.events import events
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.schemas import event_schema
from jembatan.contracts.schemas_compat import breaks

BASE: dict[str, Any] = {
    "$defs": {
        "Part": {
            "type": "object",
            "properties": {"n": {"type": "integer", "maximum": 5}, "part": {"$ref": "#/$defs/Part"}},
            "required": ["n"],
        }
    },
    "type": "object",
    "title": "T",
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "part": {"$ref": "#/$defs/Part"},
        "many": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "free": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
    },
    "required": ["kind"],
}


def changed(*path: str | int, value: object = None) -> dict[str, Any]:
    """The base schema with another value in one place, or without it."""
    whole = here = copy.deepcopy(BASE)
    for part in path[:-1]:
        here = here[part]  # type: ignore[index]
    if value is None:
        del here[path[-1]]  # type: ignore[arg-type]
    else:
        here[path[-1]] = value  # type: ignore[index]
    return whole


@pytest.mark.parametrize(
    "new",
    [
        BASE,
        changed("properties", "more", value={"type": "string"}),
        changed("$defs", "Part", "properties", "more", value={"type": "integer"}),
        changed("title", value="Other"),
        changed("properties", "kind", "description", value="said better"),
        changed("$defs", "Unused", value={"type": "string"}),
    ],
)
def test_what_may_change(new: dict[str, Any]) -> None:
    assert breaks(BASE, new) == []


@pytest.mark.parametrize(
    ("new", "where"),
    [
        (changed("properties", "free"), "/free"),
        (changed("$defs", "Part", "properties", "n"), "/part/n"),
        (changed("required", value=["kind", "free"]), "/free"),
        (changed("required", value=[]), "/kind"),
        (changed("$defs", "Part", "required", value=["n", "part"]), "/part/part"),
        (changed("properties", "kind", "enum", value=["a"]), "/kind/enum"),
        (changed("properties", "kind", "enum", value=["a", "b", "c"]), "/kind/enum"),
        (changed("$defs", "Part", "properties", "n", "maximum", value=4), "/part/n/maximum"),
        (changed("$defs", "Part", "properties", "n", "maximum"), "/part/n/maximum"),
        (changed("$defs", "Part", "properties", "n", "minimum", value=1), "/part/n/minimum"),
        (changed("$defs", "Part", "properties", "n", "type", value="string"), "/part/n/type"),
        (changed("$defs", "Part", "additionalProperties", value=False), "/part/additionalProperties"),
        (changed("properties", "many", "items", value={"type": "string"}), "/many/items/type"),
        (changed("properties", "free", "anyOf", value=[{"type": "string"}]), "/free/anyOf"),
        (changed("properties", "free", "anyOf", 0, "type", value="integer"), "/free/anyOf/0/type"),
        (changed("properties", "free", "default", value="x"), "/free/default"),
        (changed("additionalProperties"), "/additionalProperties"),
    ],
)
def test_what_may_not(new: dict[str, Any], where: str) -> None:
    said = breaks(BASE, new)
    assert any(line.startswith(f"{where}:") for line in said), said


def test_a_new_required_field_is_named_once() -> None:
    new = changed("properties", "more", value={"type": "string"}) | {"required": ["kind", "more"]}
    assert breaks(BASE, new) == ["/more: the field was added as required"]


def test_each_events_schema_differs_from_the_others() -> None:
    first, second = (event_schema(REPORTS[name]) for name in ("cap.set", "partnership.proposed"))
    assert breaks(first, second)


def test_the_committed_files_are_those_of_the_language() -> None:
    assert contracts.check() == []


def test_nothing_committed_is_broken() -> None:
    assert contracts.broken() == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    contracts.write(tmp_path)
    return tmp_path


def test_a_stale_file_is_named_with_the_command_and_written(checkout: Path) -> None:
    schema, page = contracts.SCHEMAS / "report.cap.set.v1.json", Path("docs/topics.md")
    (checkout / schema).unlink()
    (checkout / page).write_text("old")
    said = contracts.check(checkout)
    assert len(said) == 2
    assert all("jembatan contracts --write" in line for line in said)
    assert set(contracts.write(checkout)) == {schema, page}
    assert contracts.check(checkout) == []


def test_a_breaking_change_is_not_written_unless_allowed(checkout: Path) -> None:
    path = checkout / contracts.SCHEMAS / "report.cap.set.v1.json"
    path.write_text(path.read_text().replace('"max"', '"most"'))
    with pytest.raises(contracts.ContractsError, match="most: the field was removed"):
        contracts.write(checkout)
    assert contracts.write(checkout, breaking=True) == [contracts.SCHEMAS / path.name]


def test_a_schema_without_an_event_is_told_and_removed(checkout: Path) -> None:
    path = contracts.SCHEMAS / "report.cap.burst.v1.json"
    (checkout / path).write_text("{}")
    assert any("cap.burst" in line for line in contracts.check(checkout))
    assert contracts.broken(checkout) == ["report.cap.burst.v1.json: the event is gone"]
    assert path in contracts.write(checkout, breaking=True)
    assert not (checkout / path).exists()


def test_writing_outside_a_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(contracts.ContractsError, match="is no checkout"):
        contracts.write(tmp_path)


@pytest.mark.parametrize("event", events(), ids=lambda e: f"{e.kind}.{e.name}")
def test_an_example_by_type(event: Any) -> None:  # noqa: ANN401
    line = contracts.example_line(event.type)
    assert "\n" not in line
    assert f'"type":"{event.type}"' in line


def test_a_misspelt_example_is_told_what_is_near() -> None:
    with pytest.raises(contracts.ContractsError, match=r"did you mean cap\.set"):
        contracts.example_line("cap.sett")
    with pytest.raises(contracts.ContractsError, match=r"docs/topics\.md lists them all"):
        contracts.example_line("zzzzzz")
