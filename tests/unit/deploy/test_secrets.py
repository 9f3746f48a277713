"""Passwords and keys: how they are made, kept, given to services, and never told."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from cli import secrets_files
from cli.exits import Exit, Failed
from cli.migrate import passwords
from jembatan import topology
from jembatan.engine.dsn import as_role, secret_in, with_password
from jembatan.engine.scram import verifier
from jembatan.engine.settings import Settings
from tests.unit.cli.commands import jembatan

PLAN = topology.load()
# RFC 7677, 3: the exchange of user "user" with password "pencil".
RFC_SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")


def test_the_verifier_is_the_one_of_rfc_7677() -> None:
    made = verifier("pencil", RFC_SALT)
    # StoredKey and ServerKey as PostgreSQL itself computes them for this password and salt.
    assert made == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
        "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
    assert verifier("pencil", b"another salt ...") != made
    assert "pencil" not in made


@pytest.mark.parametrize("password", ["", "sesión", "tab\tin it"])
def test_passwords_that_would_have_to_be_prepared_are_refused(password: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        verifier(password, RFC_SALT)
    assert not password or password not in str(caught.value)


def test_an_installations_secrets_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = secrets_files.make(folder)
    assert set(first) == set(secrets_files.lengths(PLAN)) and all(first.values())
    texts = {name: (folder / name).read_text().strip() for name in first}
    assert len(set(texts.values())) == 10
    assert all(len(bytes.fromhex(text)) >= 24 for text in texts.values())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in first} == {0o444}
    (folder / "matching_password").unlink()
    again = secrets_files.make(folder)
    assert [name for name, is_new in again.items() if is_new] == ["matching_password"]
    assert (folder / "partners_password").read_text().strip() == texts["partners_password"]


def test_the_command_says_what_it_made_and_no_secret(tmp_path: Path) -> None:
    ran = jembatan("secrets", str(tmp_path))
    assert (ran.code, len(ran.out.splitlines())) == (Exit.OK, 10)
    assert not [path for path in tmp_path.iterdir() if path.read_text().strip() in ran.out + ran.err]
    assert "postgres_password: is there" in jembatan("secrets", str(tmp_path)).out


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = jembatan("secrets", str(tmp_path / "file"))
    assert ran.code == Exit.BAD_INPUT
    assert f"{tmp_path / 'file'} cannot be written" in ran.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("matching_secret", "It stays."), ("nobody_password", "there are postgres_password, partners")],
)
def test_only_passwords_are_rotated(tmp_path: Path, name: str, said: str) -> None:
    secrets_files.make(tmp_path)
    with pytest.raises(Failed) as failed:
        secrets_files.rotate(tmp_path, name, "postgresql://nowhere/jembatan")
    assert said in str(failed.value)
    assert not list(tmp_path.glob("*.next"))


def test_rotating_needs_to_know_where_postgresql_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JEMBATAN_POSTGRES", raising=False)
    ran = jembatan("secrets", str(tmp_path), "--rotate", "partners_password")
    assert (ran.code, "--postgres" in ran.err) == (Exit.BAD_INPUT, True)


def test_a_service_takes_its_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word\n")
    (tmp_path / "secret").write_text("5e" * 32 + "\n")
    found = Settings(
        postgres="postgresql://jembatan_partners@db:5432/jembatan",
        postgres_password_file=tmp_path / "password",
        secret_file=tmp_path / "secret",
    )
    assert (
        found.postgres.get_secret_value() == "postgresql://jembatan_partners:p%40ss%2Fword@db:5432/jembatan"
    )
    assert found.secret.get_secret_value() == "5e" * 32
    assert "p%40ss" not in repr(found) and "5e5e" not in repr(found)


def test_a_secret_that_is_given_goes_before_its_file(tmp_path: Path) -> None:
    found = Settings(secret="aa", secret_file=tmp_path / "none")
    assert found.secret.get_secret_value() == "aa"


@pytest.mark.parametrize(("text", "said"), [(None, "cannot be read"), ("  \n", "is empty")])
def test_a_secret_that_is_not_there_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "password"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ValidationError, match=f"{file} {said}"):
        Settings(postgres_password_file=file)
    with pytest.raises(ValueError, match=said):
        secret_in(file)


def test_a_service_that_lacks_its_password_says_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMBATAN_POSTGRES_PASSWORD_FILE", str(tmp_path / "none"))
    ran = jembatan("service", "partners")
    assert ran.code == Exit.BAD_INPUT
    assert ran.err.startswith("Value error, the secret") and "JEMBATAN_:" not in ran.err


def test_a_command_takes_the_password_from_the_same_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMBATAN_POSTGRES_PASSWORD_FILE", str(tmp_path / "none"))
    ran = jembatan("status", "--postgres", "postgresql://postgres@127.0.0.1:1/jembatan")
    assert (ran.code, "JEMBATAN_POSTGRES_PASSWORD_FILE: the secret" in ran.err) == (Exit.BAD_INPUT, True)


def test_roles_passwords_come_from_files_too(tmp_path: Path) -> None:
    names = {f"JEMBATAN_PASSWORD_{one.name.upper()}": one.name for one in PLAN.services}
    for name in names.values():
        (tmp_path / name).write_text(f"of-{name}\n")
    given = {f"{variable}_FILE": str(tmp_path / name) for variable, name in names.items()}
    found = passwords(topology.roles(PLAN), given)
    assert found == {f"jembatan_{name}": f"of-{name}" for name in names.values()}
    (tmp_path / "matching").unlink()
    with pytest.raises(Failed, match="cannot be read"):
        passwords(topology.roles(PLAN), given)


def test_urls_keep_all_but_the_role() -> None:
    url = "postgresql://postgres:old@db:5433/jembatan?sslmode=require"
    assert with_password(url, "n:w") == "postgresql://postgres:n%3Aw@db:5433/jembatan?sslmode=require"
    assert as_role("postgresql://db/jembatan", "a b", "c") == "postgresql://a%20b:c@db/jembatan"
