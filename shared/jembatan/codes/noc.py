"""Canada's National Occupational Classification, NOC 2021 (Statistics Canada and ESDC).

Five digits. The first is the broad category, the second the TEER: the training, education, experience and
responsibilities that the occupation asks for, from 0 (management) to 5 (short demonstration).
There is no exact table between NOC and ISCO-08, so neither is derived from the other here.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"[0-9][0-5][0-9]{3}", re.ASCII)


def is_code(code: str) -> bool:
    """Whether `code` has the form of a NOC 2021 unit group: five digits, the second from 0 to 5."""
    return _CODE.fullmatch(code) is not None


def teer(code: str) -> int:
    """The TEER, 0 to 5: `31301` (registered nurses) gives 1. Raises `ValueError` for another form."""
    if not is_code(code):
        raise ValueError(f"not a NOC 2021 code: {code!r}; give five digits, the second from 0 to 5")
    return int(code[1])
