"""A case of bad input, and the words that cases are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Expected = Literal["ingested", "rejected", "either"]

KAZAKH = "Көкшетауда жаңа кітапхана ашылды. Онда қырық мың кітап бар, ғимарат екі қабатты, ересектер мен балаларға арналған залдар бөлек. "
RUSSIAN = "В городе открыли новую библиотеку. В ней сорок тысяч книг, здание двухэтажное, залы для детей и взрослых отдельные. "
ENGLISH = "The town has opened a new library. It holds forty thousand books on two floors, with separate rooms for children. "
MIXED = f"{KAZAKH}\n{RUSSIAN}\n{ENGLISH}"
MB = 1_000_000


@dataclass(frozen=True)
class Case:
    """A file and what should become of it; `make` writes it, or gives its content."""

    name: str
    make: bytes | str | Callable[[Path], object]
    expected: Expected = "rejected"

    def write(self, folder: Path) -> Path:
        """Write the file and return what is to be named as a source."""
        path = folder / self.name
        if callable(self.make):
            made = self.make(path)
            if isinstance(made, bytes):
                path.write_bytes(made)
            return made if isinstance(made, Path) else path
        path.write_bytes(self.make.encode() if isinstance(self.make, str) else self.make)
        return path
