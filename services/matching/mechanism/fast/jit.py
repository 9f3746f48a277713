"""How functions over arrays become machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code, kept on disk beside its file for the next process, if that can be.

    numba's cache follows a function's own file and not those that it calls into: so a compiled function
    calls compiled functions of its own file only.
    """
    try:
        return cast(Function, njit(cache=True, nogil=True)(function))
    except RuntimeError:
        # In a container whose files are read-only there is no place to keep it: each process compiles anew.
        return cast(Function, njit(nogil=True)(function))
