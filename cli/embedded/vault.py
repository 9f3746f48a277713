"""Generated passwords and secrets, in one file that only its owner can read."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from cli.embedded.errors import EmbeddedError
from cli.embedded.processes import write_atomically


class Vault:
    """Secrets by name, made when first asked for and kept in `folder/secrets.json` (mode 0600)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "secrets.json"

    def password(self, role: str) -> str:
        """A database role's password; safe in a URL."""
        return self._get(f"password:{role}", secrets.token_hex(24))

    def secret(self, service: str) -> str:
        """A service's own secret, 32 bytes in hex."""
        return self._get(f"secret:{service}", secrets.token_hex(32))

    def _get(self, name: str, fresh: str) -> str:
        known = self._read()
        if name not in known:
            write_atomically(self.path, json.dumps(known | {name: fresh}), 0o600)
        return known.get(name, fresh)

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise EmbeddedError(
                f"{self.path} cannot be read ({error}); put it back, or remove its folder."
            ) from error
        return {str(k): str(v) for k, v in found.items()}
