"""The language as it is read: which types may stand in which topics, and their models.

A table for each kind of topic, made once from the registry.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

from pydantic import Discriminator, TypeAdapter, create_model

from jembatan.contracts.envelope import (
    REFUSAL_TYPE,
    Envelope,
    FactEnvelope,
    RefusalEnvelope,
    ReportEnvelope,
)
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import SERVICES, EventType

TOPICS_KEPT = 1024


class Attributes(Envelope):
    """An event of a type that is not known: only its attributes can be wrong."""


class _Refusal(RefusalEnvelope):
    type: Literal["org.jembatan.refusal.v1"]
    data: Refusal


@dataclass(frozen=True, slots=True)
class Spoken:
    """One type: its name, the home topics where it may stand, its whole model."""

    name: str
    topics: frozenset[str]
    model: type[Envelope]


@dataclass(frozen=True, slots=True)
class Home:
    """What may stand in one kind of topic, by CloudEvents type, and how it is read: strictly, from JSON."""

    types: Mapping[str, Spoken]
    validate: Callable[..., Envelope]


@dataclass(frozen=True, slots=True)
class Language:
    """The types that are read, by the kind of topic that they stand in."""

    homes: Mapping[str, Home]

    @staticmethod
    def of(reports: Iterable[EventType], facts: Iterable[EventType]) -> "Language":
        """The language of these events, and of refusals."""
        refusals = Spoken("refusal", frozenset(f"{one}.refusals" for one in SERVICES), _Refusal)
        caused = _home({event.type: _spoken(FactEnvelope, event) for event in facts})
        homes = {
            "reports": _home({event.type: _spoken(ReportEnvelope, event) for event in reports}),
            "facts": caused,
            "public": caused,
            "refusals": _home({REFUSAL_TYPE: refusals}),
        }
        return Language(homes)

    def topics(self, type_name: str) -> frozenset[str]:
        """The home topics of a CloudEvents type; empty if it is not known."""
        found = [home.types[type_name] for home in self.homes.values() if type_name in home.types]
        return found[0].topics if found else frozenset()


def _spoken(base: type[Envelope], event: EventType) -> Spoken:
    fields: dict[str, Any] = {"type": (Literal[event.type], ...), "data": (event.model, ...)}
    model = create_model(f"{event.kind}:{event.name}", __base__=base, **fields)
    return Spoken(event.name, frozenset((event.topic,)), model)


def _home(types: dict[str, Spoken]) -> Home:
    models = [one.model for one in types.values()] or [Attributes]
    union: Any = models[0]
    if len(models) > 1:
        union = Annotated[Union[tuple(models)], Discriminator("type")]  # noqa: UP007
    adapter: TypeAdapter[Envelope] = TypeAdapter(union)
    # What `TypeAdapter.validate_json` calls, without its looking at options that are never given here.
    return Home(types, adapter.validator.validate_json)


@lru_cache(TOPICS_KEPT)
def kind_of(topic: str) -> str:
    """`reports` of `partners.reports.kp2mi`; empty if it is no topic of a service."""
    service, _, rest = topic.partition(".")
    return rest.partition(".")[0] if service in SERVICES else ""


@lru_cache(TOPICS_KEPT)
def home_topic(topic: str) -> str:
    """`partners.reports` of `partners.reports.kp2mi`; a topic of another kind is its own home."""
    service, kind, *_ = topic.split(".")
    return f"{service}.{kind}" if kind == "reports" else topic
