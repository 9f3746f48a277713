"""What is named `round:candidate`: matches, offers and placements."""

from typing import Annotated

from pydantic import StringConstraints

from jembatan.contracts.model import COMPOSITE_PATTERN

PairId = Annotated[str, StringConstraints(pattern=COMPOSITE_PATTERN)]
"""`round:candidate`."""
