"""The story of New Brunswick, played once for all tests of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.playing import NEW_BRUNSWICK, Played, played


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with played(NEW_BRUNSWICK, tmp_path_factory.mktemp("story")) as found:
        yield found
