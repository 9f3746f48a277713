"""Every kind of damage is made by hand and found: on real servers, but for what is listed here."""

from __future__ import annotations

from cli.doctor.kinds import Kind
from tests.integration import test_doctor
from tests.integration.test_doctor import WANTED
from tests.scenarios.test_zzz_health import IN_ROWS, IN_TOPICS
from tests.unit.doctor import test_checks

FOUND_ALONE = {
    Kind.NOT_READABLE: test_doctor.test_a_services_own_role_is_told_that_it_may_not_read_the_others,
    Kind.NEVER_RAN: test_checks.test_partitions_without_a_position,
}
"""By the test that finds it, the last one without servers."""


def test_every_kind_is_found() -> None:
    assert IN_ROWS.keys() | set(IN_TOPICS) | WANTED.keys() | FOUND_ALONE.keys() == set(Kind)
