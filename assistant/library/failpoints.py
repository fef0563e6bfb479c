"""Named moments between the ledger and its indexes, at which a test may stop the process.

Without a hook, reaching one costs a loop over nothing.
"""

from __future__ import annotations

from collections.abc import Callable

STEPS = (
    "begun",
    "pending dropped",
    "opened",
    "pending kept",
    "vectors written",
    "terms added",
    "terms written",
    "stamping",
    "stamped",
    "flipping",
    "live",
    "retired",
    "vectors collected",
    "terms collected",
    "forgotten",
    "index filled",
    "index switched",
    "old index removed",
    "writing stopped",
    "ended",
)
HOOKS: list[Callable[[str], None]] = []


def reach(step: str) -> None:
    """Tell the hooks that a step of STEPS has just been done."""
    for hook in HOOKS:
        hook(step)
