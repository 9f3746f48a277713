"""The chains of beacons that an installation knows: quicknet, and those that its file adds (TOML)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from jembatan.contracts.matching.chains import QUICKNET, Chain
from jembatan.contracts.model import Strict


class BadChains(ValueError):
    """A file of chains is missing or wrong; the message names every fault."""


class _File(Strict):
    chain: tuple[Chain, ...] = ()


def load_chains(path: Path | None) -> tuple[Chain, ...]:
    """Quicknet and the file's chains; a `BadChains` names every fault. Names and hashes occur once."""
    if path is None:
        return (QUICKNET,)
    try:
        found = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).chain
    except OSError as error:
        raise BadChains(f"{path}: cannot be read: {error.strerror}; JEMBATAN_CHAINS names it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadChains(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadChains(f"{path}: {faults}") from error
    _without_twins(path, (QUICKNET, *found))
    return (QUICKNET, *found)


def _without_twins(path: Path, chains: tuple[Chain, ...]) -> None:
    names = [chain.name for chain in chains]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise BadChains(f"{path}: two chains with the name {', '.join(twins)}; {QUICKNET.name} is built in")
