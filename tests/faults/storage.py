"""The storage campaign: each file of a library cut, overwritten or deleted, and disks that run full.

    python -m tests.faults.storage --each 50 --disks 20

A damaged index must be noticed at the next start and made anew without encoding; a damaged ledger must be named within
five seconds, kept, read as far as it can be, and replaced by a backup.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.errors import LibraryError, LibraryFull
from assistant.library import Library, backups
from assistant.library.ledger import FILE
from tests.faults.child import Operation, count_steps, examine, run, text_of
from tests.faults.crash import SLOWEST_START, Tally
from tests.faults.report import write
from tests.library.support import ENCODER, article, put

ARTICLES = 110
SLOWEST_MESSAGE = 5.0
KINDS = ("ledger", "vector index", "lexical index", "locks and seals")
Damage = Callable[[Path, random.Random], None]


def truncate(path: Path, chance: random.Random) -> None:
    """Cut a file anywhere."""
    with path.open("r+b") as stream:
        stream.truncate(chance.randrange(max(1, path.stat().st_size)))


def overwrite(path: Path, chance: random.Random) -> None:
    """Write noise over a part of a file, at least a hundred bytes of it."""
    size = path.stat().st_size
    length = min(size, chance.choice([100, 4096, size]))
    with path.open("r+b") as stream:
        stream.seek(chance.randrange(size - length + 1))
        stream.write(chance.randbytes(length))


def delete(path: Path, _: random.Random) -> None:
    """Delete a file."""
    path.unlink()


DAMAGES: dict[str, Damage] = {"truncated": truncate, "overwritten": overwrite, "deleted": delete}


def kind_of(path: Path, folder: Path) -> str:
    """Name what a file belongs to."""
    if path.name == FILE:
        return "ledger"
    first = path.relative_to(folder).parts[0]
    return {"vectors": "vector index", "terms": "lexical index"}.get(
        first.partition("-")[0], "locks and seals"
    )


class Storage:
    """Damages copies of one library."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.tally = Tally()
        self._chance = random.Random(seed)
        self._parent, self._template = folder, folder / "template"
        self._texts = {f"a{number}": text_of(number, 0) for number in range(ARTICLES)}
        run(count_steps, self._template, Operation("put", self._texts))
        self._backup = folder / "backup.sqlite3"
        backups.backup(self._template, self._backup)

    def damage(self, each: int) -> None:
        """Damage files of each part of the library in each way."""
        files: dict[str, list[Path]] = {kind: [] for kind in KINDS}
        for path in sorted(self._template.rglob("*")):
            if path.is_file():
                files[kind_of(path, self._template)].append(path.relative_to(self._template))
        for kind, how in product(KINDS, DAMAGES):
            for _ in range(each):
                self._trial(kind, self._chance.choice(files[kind]), how)

    def _trial(self, kind: str, file: Path, how: str) -> None:
        name = f"{kind}: file {how}"
        folder = self._parent / "library"
        shutil.copytree(self._template, folder)
        DAMAGES[how](folder / file, self._chance)
        seen = run(examine, folder)
        self.tally.tried[name] += 1
        self.tally.start(name, seen.seconds)
        if not seen.wrong and seen.texts == self._texts:
            limit = SLOWEST_START
        elif kind == "ledger":
            limit = SLOWEST_MESSAGE
            self.tally.in_the_middle[name] += 1
            self._replace_ledger(name, folder, seen.wrong)
        else:
            limit = SLOWEST_START
            self.tally.lost.append(f"{name}: {file}: {seen.wrong[:2]}")
        if seen.seconds > limit:
            self.tally.lost.append(f"{name}: {file}: it took {seen.seconds:.1f} s")
        shutil.rmtree(folder)

    def _replace_ledger(self, name: str, folder: Path, wrong: tuple[str, ...]) -> None:
        if len(wrong) != 1 or not wrong[0].startswith("LibraryDamaged"):
            self.tally.lost.append(f"{name}: {wrong}")
        saved = self._parent / "saved"
        if (folder / FILE).exists():
            damaged = (folder / FILE).read_bytes()
            backups.rescue(folder, saved)
            rows = [json.loads(line) for line in (saved / backups.RESCUED).read_text("utf-8").splitlines()]
            if (saved / FILE).read_bytes() != damaged or any(
                self._texts[row["id"]] != row["text"] for row in rows
            ):
                self.tally.lost.append(f"{name}: what was saved of it is not what was there")
            shutil.rmtree(saved)
        backups.restore(folder, self._backup)
        seen = run(examine, folder)
        if seen.wrong or seen.texts != self._texts:
            self.tally.lost.append(f"{name}: after restore: {seen.wrong[:2]}")

    def full_disks(self, sizes: int) -> None:
        """Let the disk end at many sizes, by a limit on files and by a small disk."""
        for number in range(sizes):
            self._full("disk full (limit on files)", 40_000 + number * 120_000, self._folder)
        if not can_mount(self._parent):
            return
        for number in range(sizes):
            self._full("disk full (small disk)", 1_500_000 + number * 250_000, self._disk)

    def _full(self, name: str, limit: int, place: Callable[[int], AbstractContextManager[Path]]) -> None:
        self.tally.tried[name] += 1
        with place(limit) as folder:
            told = run(fill, folder, limit if place == self._folder else 0)
            if told is None or told["end"] not in ("full", "filled"):
                self.tally.lost.append(f"{name}: {limit}: {told and told['end']}")
            room = folder.parent / "ballast"
            room.unlink(missing_ok=True)
            seen = run(examine, folder)
            self.tally.start(name, seen.seconds)
            self.tally.in_the_middle[name] += bool(told and told["end"] == "full")
            missing = [id_ for id_ in (told["done"] if told else ()) if id_ not in seen.texts]
            if seen.wrong or missing:
                self.tally.lost.append(f"{name}: {limit}: {seen.wrong[:2]} {missing[:3]}")

    @contextmanager
    def _folder(self, _: int) -> Iterator[Path]:
        folder = self._parent / "full"
        yield folder
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _disk(self, limit: int) -> Iterator[Path]:
        mount = self._parent / "disk"
        mount.mkdir(exist_ok=True)
        room = 1_500_000  # freed before the library is looked at: mending needs room
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={limit + room}", "tmpfs", mount], check=True)
        try:
            (mount / "ballast").write_bytes(bytes(room))
            yield mount / "library"
        finally:
            subprocess.run(["umount", mount], check=True)


def can_mount(folder: Path) -> bool:
    """Tell whether a small disk can be made here."""
    probe = folder / "probe"
    probe.mkdir(exist_ok=True)
    made = (
        shutil.which("mount")
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", probe], check=False, capture_output=True
        ).returncode
    )
    if made:
        subprocess.run(["umount", probe], check=True)
    return bool(made)


def fill(folder: Path, limit: int, told: Connection) -> None:
    """Put articles in until the disk is full; tell which were reported as added, and how it ended."""
    done: list[str] = []
    end = "filled"
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    library = None
    try:
        library = Library.open(folder, ENCODER, fresh=0)
        for number in range(60):
            filler = " ".join(f"filler{number}x{word}" for word in range(2000))
            put(library, article(number, text=f"{text_of(number, 0)}\n{filler}"))
            done.append(f"a{number}")
    except LibraryFull:
        end = "full"
    except Exception as error:  # noqa: BLE001 - whatever it is, the campaign reports it
        end = f"{type(error).__name__}: {error}"
    if library:
        with suppress(LibraryError):
            library.close()
    told.send({"done": done, "end": end})


def campaign(each: int, disks: int, seed: int) -> Tally:
    """Run a campaign."""
    with TemporaryDirectory() as folder:
        made = Storage(Path(folder), seed)
        made.damage(each)
        made.full_disks(disks)
        return made.tally


def main() -> None:
    """Run the campaign and write what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=50)
    parser.add_argument("--disks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    tally = campaign(options.each, options.disks, options.seed)
    rows = [
        {
            "fault": name,
            "tried": tried,
            "named": tally.in_the_middle[name],
            "lost": sum(one.startswith(name) for one in tally.lost),
            "start": tally.slowest[name],
        }
        for name, tried in sorted(tally.tried.items())
    ]
    write("storage", rows, seed=options.seed, minutes=round((time.monotonic() - began) / 60, 1))
    raise SystemExit("\n".join(tally.lost) if tally.lost else 0)


if __name__ == "__main__":
    main()
