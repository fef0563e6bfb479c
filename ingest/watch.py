"""Watching of a folder: what is there, then what is written into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from ingest.loaders import LOADERS


def changed_files(folder: Path, stop: Event | None = None, settle: float = 0.5) -> Iterator[list[Path]]:
    """Yield the folder, then each group of files that were added or changed in it.

    Args:
        folder: The folder.
        stop: Ends it.
        settle: Seconds within which changes belong to one group.
    """
    from watchfiles import Change, watch

    # Watching begins before the folder is read, so that nothing falls between.
    changes = watch(
        folder, stop_event=stop, debounce=int(settle * 1000), yield_on_timeout=True, rust_timeout=100
    )
    next(changes, None)
    yield [folder]
    for group in changes:
        paths = {Path(name) for change, name in group if change is not Change.deleted}
        if wanted := sorted(path for path in paths if _is_wanted(path, folder)):
            yield wanted


def _is_wanted(path: Path, folder: Path) -> bool:
    inside = (
        path.relative_to(folder.resolve())
        if path.is_relative_to(folder.resolve())
        else path.relative_to(folder)
    )
    return (
        path.suffix.lower() in LOADERS
        and not any(part.startswith(".") for part in inside.parts)
        and path.is_file()
    )
