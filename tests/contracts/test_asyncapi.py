"""The AsyncAPI document, as AsyncAPI's own parser sees it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from cli.contracts import generated
from jembatan.contracts import asyncapi
from jembatan.contracts.events import events
from jembatan.topology import load, topics
from tests.contracts.asyncapi_parser import ERROR, WARNING, diagnostics


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    (text,) = (text for path, text in generated().items() if path.name == "asyncapi.yaml")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def wrong(document: dict[str, Any]) -> list[str]:
    found = diagnostics(asyncapi.text_of(document))
    return [f"{one.path}: {one.message}" for one in found if one.severity in (ERROR, WARNING)]


def test_the_parser_finds_nothing_wrong(document: dict[str, Any]) -> None:
    assert wrong(document) == []


def spoilt(*path: str, value: object) -> dict[str, Any]:
    """A small document with something else in one place."""
    few = [event for event in events() if event.noun == "cap"]
    whole = here = asyncapi.document(few, topics(load(), "compose", "broker"), "0")
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("operations", "receive_partners_reports", "action"), "listen"),
        (("channels", "partners_reports", "bindings", "kafka", "partitions"), "twelve"),
        (("channels", "partners_facts", "messages", "x"), {"$ref": "#/components/messages/none"}),
    ],
)
def test_the_parser_is_no_rubber_stamp(path: tuple[str, ...], value: object) -> None:
    assert any("/".join(path) in said for said in wrong(spoilt(*path, value=value)))


def test_its_examples_fit_its_payloads(document: dict[str, Any]) -> None:
    components = document["components"]
    for key, message in components["messages"].items():
        payload = {"$ref": f"#/components/messages/{key}/payload", "components": components}
        (example,) = message["examples"]
        Draft202012Validator(payload).validate(example["payload"])
        assert not Draft202012Validator(payload).is_valid(example["payload"] | {"data": 5})


def test_every_event_and_topic_is_in_it(document: dict[str, Any]) -> None:
    carried = {
        reference["$ref"].rpartition("/")[2]
        for channel in document["channels"].values()
        for reference in channel["messages"].values()
    }
    assert carried == set(document["components"]["messages"])
    assert len(carried) == len(events()) + 1
    addresses = {channel["address"] for channel in document["channels"].values()}
    ours = {
        topic.name for topic in topics(load(), "compose", "broker") if not topic.name.startswith("jembatan-")
    }
    assert ours <= addresses
    assert {"partners.reports.{reporter}"} <= addresses


def test_personal_data_is_marked(document: dict[str, Any]) -> None:
    marked = {
        message["name"]
        for message in document["components"]["messages"].values()
        if message.get("x-personal-data")
    }
    assert marked == {f"report.{event.name}.v1" for event in events() if event.personal}
