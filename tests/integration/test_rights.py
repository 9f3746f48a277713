"""Every role × every schema × every act on a real PostgreSQL: what is not granted is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from cli import secrets_files
from cli.embedded import EmbeddedStack, plans
from cli.embedded.options import Options
from cli.exits import Failed
from jembatan import topology
from jembatan.engine import roles
from jembatan.engine.dsn import as_role, secret_in
from tests.support.rights import ACTS, tried, wrong

pytestmark = pytest.mark.kafka
PLAN = topology.load()
ROLES = [role.name for role in topology.roles(PLAN)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    folder = tmp_path_factory.mktemp("rights")
    reporters = folder / "reporters.toml"
    reporters.write_text("")
    with EmbeddedStack(folder / "data") as running:
        # Twice, as if by an upgrade.
        for _ in range(2):
            plans.prepare(running, Options(reporters=reporters), lambda _: None)
        yield running


def test_the_matrix_of_rights(stack: EmbeddedStack) -> None:
    found = asyncio.run(tried(PLAN, stack.postgres_for))
    assert len(found.cells) == 6 * 5 * len(ACTS) - 6
    assert wrong(PLAN, found) == []


def test_the_matrix_sees_a_right_that_is_too_many(stack: EmbeddedStack) -> None:
    async def widened() -> list[str]:
        connection = await asyncpg.connect(stack.postgres)
        try:
            await connection.execute("GRANT USAGE ON SCHEMA matching TO jembatan_partners")
            await connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA matching TO jembatan_partners")
            return wrong(PLAN, await tried(PLAN, stack.postgres_for))
        finally:
            await connection.execute("REVOKE ALL ON ALL TABLES IN SCHEMA matching FROM jembatan_partners")
            await connection.execute("REVOKE ALL ON SCHEMA matching FROM jembatan_partners")
            await connection.close()

    assert asyncio.run(widened()) == ["jembatan_partners may read in matching (None)"]


def test_no_role_enters_another_database(stack: EmbeddedStack) -> None:
    async def entered(role: str, database: str) -> bool:
        try:
            connection = await asyncpg.connect(
                stack.server.dsn_for(role, stack.vault.password(role), database)
            )
        except asyncpg.InsufficientPrivilegeError:
            return False
        await connection.close()
        return True

    for role in ROLES:
        for database in ("postgres", "template1"):
            assert not asyncio.run(entered(role, database)), (role, database)


async def test_connections_are_limited(stack: EmbeddedStack) -> None:
    held: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        while len(held) < PLAN.database.owner.connection_limit:
            held.append(await asyncpg.connect(stack.postgres_for("jembatan_partners_owner")))
        with pytest.raises(asyncpg.TooManyConnectionsError):
            await asyncpg.connect(stack.postgres_for("jembatan_partners_owner"))
    finally:
        for connection in held:
            await connection.close()


async def test_only_scram_lets_in_and_no_password_is_in_the_log(stack: EmbeddedStack) -> None:
    connection = await asyncpg.connect(stack.postgres)
    try:
        methods = await connection.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert [row["auth_method"] for row in methods] == ["scram-sha-256"]
        kept = await connection.fetch("SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
        assert len(kept) == 7
        assert all(row["rolpassword"].startswith("SCRAM-SHA-256$4096:") for row in kept)
        # A statement that fails is logged whole.
        with pytest.raises(asyncpg.UndefinedObjectError):
            await roles.set_password(stack.postgres, "jembatan_nobody", "never-to-be-read")
    finally:
        await connection.close()
    log = stack.server.log.read_text()
    assert "jembatan_nobody" in log
    assert not [word for word in (*map(stack.vault.password, ROLES), "never-to-be-read") if word in log]


def test_a_password_is_rotated_also_after_an_interruption(stack: EmbeddedStack, tmp_path: Path) -> None:
    secrets_files.make(tmp_path)
    superuser = stack.vault.password("postgres")
    keep(tmp_path / "postgres_password", superuser)
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(entered(of_file(stack, tmp_path, "partners_password")))
    secrets_files.rotate(tmp_path, "partners_password", stack.postgres)
    asyncio.run(entered(of_file(stack, tmp_path, "partners_password")))
    # The server has taken the superuser's new password, and its file was not put in place.
    keep(tmp_path / "postgres_password.next", "0123456789abcdef")
    asyncio.run(roles.set_password(stack.postgres, "postgres", "0123456789abcdef"))
    secrets_files.rotate(tmp_path, "postgres_password", stack.postgres)
    assert (tmp_path / "postgres_password").read_text().strip() == "0123456789abcdef"
    assert not list(tmp_path.glob("*.next"))
    whole = as_role(stack.postgres, "postgres", "0123456789abcdef")
    asyncio.run(roles.set_password(whole, "postgres", superuser))


def test_a_wrong_password_of_the_superuser_is_told(stack: EmbeddedStack, tmp_path: Path) -> None:
    secrets_files.make(tmp_path)
    before = (tmp_path / "partners_password").read_text()
    with pytest.raises(Failed, match="PostgreSQL refuses the password in postgres_password"):
        secrets_files.rotate(tmp_path, "partners_password", stack.postgres)
    assert (tmp_path / "partners_password").read_text() == before


def keep(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)


def of_file(stack: EmbeddedStack, folder: Path, name: str) -> str:
    return as_role(stack.postgres, secrets_files.password_files(PLAN)[name], secret_in(folder / name))


async def entered(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=20)
    await connection.close()
