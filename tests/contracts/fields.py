"""Walks through the fields of models, into every part of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Place = tuple[str, Any]
"""Where a type stands, as `Model.field`, and the type with all its annotations."""


def leaves(model: type[BaseModel]) -> Iterator[Place]:
    """Every type in a model that is no model and no container, with its annotations."""
    for _, part in parts(model):
        for name, field in part.model_fields.items():
            for kind in _unfolded(_annotated(field)):
                if not _is_model(kind):
                    yield f"{part.__name__}.{name}", kind


def field_names(model: type[BaseModel]) -> Iterator[Place]:
    """Every field in a model and in its parts, as (`Model.field`, `field`)."""
    for _, part in parts(model):
        yield from ((f"{part.__name__}.{name}", name) for name in part.model_fields)


def parts(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """A model and each model inside it, once, with the place where it is first met."""
    seen: set[type[BaseModel]] = set()
    waiting = [(model.__name__, model)]
    while waiting:
        where, one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield where, one
        for name, field in one.model_fields.items():
            inside = (kind for kind in _unfolded(_annotated(field)) if _is_model(kind))
            waiting.extend((f"{one.__name__}.{name}", bare(kind)) for kind in inside)


def bare(kind: Any) -> Any:  # noqa: ANN401
    """A type without its annotations."""
    return bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


def _annotated(field: FieldInfo) -> Any:  # noqa: ANN401
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _unfolded(kind: Any) -> Iterator[Any]:  # noqa: ANN401
    """The innermost types. Annotations of a container are not those of what it holds, but a union's are."""
    metadata = kind.__metadata__ if get_origin(kind) is Annotated else ()
    inner = bare(kind)
    arguments = [one for one in get_args(inner) if one is not Ellipsis and one is not type(None)]
    if not arguments or str(get_origin(inner)) == "typing.Literal":
        yield kind
        return
    is_union = str(get_origin(inner)) in ("typing.Union", "<class 'types.UnionType'>")
    for one in arguments:
        yield from _unfolded(Annotated[one, *metadata] if is_union and metadata else one)


def _is_model(kind: Any) -> bool:  # noqa: ANN401
    inner = bare(kind)
    return isinstance(inner, type) and issubclass(inner, BaseModel)
