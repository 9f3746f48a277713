"""How functions over arrays become machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code, kept on disk beside its file for the next process.

    numba's cache follows a function's own file and not those that it calls into: so a compiled function
    calls compiled functions of its own file only.
    """
    return cast(Function, njit(cache=True, nogil=True)(function))
