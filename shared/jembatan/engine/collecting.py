"""Python's collector of garbage, as it suits a process that is one service and nothing else."""

from __future__ import annotations

import gc

YOUNG = 50_000
"""Objects that are made before the collector looks at the youngest; a batch makes some 30,000."""


def spare_the_collector() -> None:
    """What was imported and made by now stays, and need not be searched for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
