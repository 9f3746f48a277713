"""What PostgreSQL keeps in place of a password (SCRAM-SHA-256; RFC 5802, RFC 7677).

Computed here, so that no password travels to the server, and none can stand in its log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

ITERATIONS = 4096
SALT_BYTES = 16


def verifier(password: str, salt: bytes) -> str:
    """The verifier as PostgreSQL writes it. ValueError if the password is not printable ASCII.

    Other characters would have to be prepared by RFC 4013 first.
    """
    if not (password.isascii() and password.isprintable() and password):
        raise ValueError("a role's password is of printable ASCII characters")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(_sign(salted, b"Client Key")).digest()
    keys = f"{_text(stored)}:{_text(_sign(salted, b'Server Key'))}"
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${keys}"


def _sign(key: bytes, what: bytes) -> bytes:
    return hmac.digest(key, what, "sha256")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
