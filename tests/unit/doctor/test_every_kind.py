"""Every kind of damage is made by hand and found, in some test on real servers."""

from __future__ import annotations

from cli.doctor.kinds import Kind
from tests.integration.test_doctor import WANTED
from tests.scenarios.test_zzz_health import IN_ROWS, IN_TOPICS

FOUND_ALONE = {
    Kind.NOT_READABLE: "test_a_services_own_role_is_told_that_it_may_not_read_the_others",
    Kind.NEVER_RAN: "test_partitions_without_a_position",
}
"""By the test that finds it."""


def test_every_kind_is_found() -> None:
    assert IN_ROWS.keys() | set(IN_TOPICS) | WANTED.keys() | FOUND_ALONE.keys() == set(Kind)
