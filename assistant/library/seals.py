"""Seals: notice files that were changed, cut or lost behind the library's back.

A seal holds the size, the time of change and the checksum of each file. Files whose size and time are as they were
are taken for unchanged without being read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from zlib import crc32

_BLOCK = 1 << 20
_NOT_SEALED = (".lock", ".new", "seal")
_Files = Mapping[str, tuple[int, int, int]]
_log = logging.getLogger(__name__)


class Seal:
    """The seal of some files; a folder's is kept in the folder."""

    def __init__(self, path: Path, files: Callable[[], Iterable[Path]]) -> None:
        """Keep the seal in `path`; `files` lists what is sealed."""
        self._path = path
        self._files = files

    @classmethod
    def of(cls, folder: Path) -> Seal:
        """Return the seal of everything in a folder, locks aside."""
        return cls(folder / "seal", lambda: (path for path in folder.rglob("*") if path.is_file()))

    def put(self) -> None:
        """Seal the files as they are now; where that fails they are looked at when they are opened next."""
        try:
            new = self._path.with_name(f"{self._path.name}.new")
            new.write_text(json.dumps(self._now(self._sealed())), "ascii")
            new.replace(self._path)
        except OSError as error:
            _log.debug("%s could not be written: %s", self._path, error)

    def holds(self) -> bool:
        """Tell whether the files are as they were sealed."""
        sealed = self._sealed()
        try:
            now = self._now(sealed)
        except OSError:
            return False
        return bool(sealed) and {name: (size, sum_) for name, (size, _, sum_) in now.items()} == {
            name: (size, sum_) for name, (size, _, sum_) in sealed.items()
        }

    def _sealed(self) -> _Files:
        try:
            sealed = json.loads(self._path.read_text("ascii"))
            return {
                str(name): (int(size), int(time), int(sum_)) for name, (size, time, sum_) in sealed.items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _now(self, sealed: _Files) -> _Files:
        now = {}
        for path in self._files():
            if not path.name.endswith(_NOT_SEALED):
                name, stat = path.relative_to(self._path.parent).as_posix(), path.stat()
                size, time, sum_ = sealed.get(name, (-1, -1, -1))
                if (size, time) != (stat.st_size, stat.st_mtime_ns):
                    sum_ = _checksum(path)
                now[name] = (stat.st_size, stat.st_mtime_ns, sum_)
        return now


def _checksum(path: Path) -> int:
    made = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            made = crc32(block, made)
    return made
