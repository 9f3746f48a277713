"""Database URLs, and the secrets for them that come from files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit


def secret_in(path: Path) -> str:
    """The secret that a file holds, without white space around it.

    Raises ValueError, which says why there is none and never what there is.
    """
    try:
        found = path.read_text("utf-8").strip()
    except OSError as error:
        raise ValueError(f"the secret {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ValueError(f"the secret {path} is not text") from None
    if not found:
        raise ValueError(f"the secret {path} is empty; `jembatan secrets` makes one")
    return found


def with_password(url: str, password: str) -> str:
    """The URL with this password, in place of one that it had."""
    return as_role(url, urlsplit(url).username or "postgres", password)


def as_role(url: str, role: str, password: str) -> str:
    """The same database's URL for another role."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{address}").geturl()
