"""Workers killed in every phase of a round and at every page of its freeze, match, publication and ends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults.rounds_played import Round, Rounds, judge, lives, own_servers

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(800)]
AT_PAGES = ("page_done", "page_turned", "page_committed")
AT_DEADLINES = ("deadline_begun", "deadline_committed")
AT_LEAST = 12
"""Pages of such a round: if it had fewer, this would show less than it says."""
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rounds]:
    with own_servers(tmp_path_factory.mktemp("rounds")) as made:
        yield made


@pytest.fixture
def announced(servers: Rounds) -> Iterator[Round]:
    """A round that closes in some seconds; whatever still runs is ended after the test."""
    made = Round(servers, f"test-r{next(_NUMBERS)}")
    made.announce(closes_in=9.0)
    yield made
    for process in servers.running():
        process.kill()
    servers.forget()


@pytest.mark.long
@pytest.mark.proves("F01", "kill -9 in a page of a round's freeze and of its publication; another goes on")
def test_killed_at_a_page_of_the_freeze_and_at_one_of_the_publication(
    servers: Rounds, announced: Round
) -> None:
    first = servers.armed("page_turned:3")
    while first.running:
        announced.go_on()
    assert announced.go_on() == "open"
    second = servers.armed("page_committed:14")
    while second.running and not announced.done():
        pass
    if not announced.done():
        servers.armed("")
    while not announced.done():
        pass
    judge(announced)


@pytest.mark.long
@pytest.mark.proves("F01", "kill -9 at every page of a round, before, at and after its COMMIT")
@pytest.mark.parametrize("point", AT_PAGES)
def test_killed_at_every_page(servers: Rounds, announced: Round, point: str) -> None:
    deaths = lives(servers, point, 1, announced.done)
    assert deaths >= AT_LEAST
    judge(announced)


@pytest.mark.long
@pytest.mark.proves("F01", "kill -9 at the deadlines that begin a round's freeze and its match")
@pytest.mark.parametrize("point", AT_DEADLINES)
def test_killed_at_its_deadlines(servers: Rounds, announced: Round, point: str) -> None:
    deaths = lives(servers, point, 1, announced.done)
    assert deaths == 2
    judge(announced)


@pytest.mark.long
@pytest.mark.proves("F01", "kill -9 at every page that ends the offers of a withdrawn vacancy")
@pytest.mark.parametrize("point", AT_PAGES)
def test_killed_at_every_page_that_ends_offers(servers: Rounds, announced: Round, point: str) -> None:
    vacancy = "bench-v00001"
    process = servers.armed("")
    while not announced.done():
        assert process.running
    process.stop()
    announced.withdraw(vacancy, next(_NUMBERS))
    lives(servers, point, 1, lambda: announced.ended(vacancy))
    names = judge(announced)
    sql = "SELECT count(*) AS n FROM matching.offer WHERE round_id = $1 AND live AND state ->> 'vacancy' = $2"
    assert servers.rows(sql, announced.name, vacancy) == [{"n": 0}]
    assert names["offer.withdrawn"] > 0
