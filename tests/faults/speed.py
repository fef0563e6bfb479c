"""How long a megabyte takes: each reader of texts on one little thing over and over, which is what makes a reader quadratic.

python -m tests.faults.speed
"""

from __future__ import annotations

import random
import time

from tests.faults.fuzz import TARGETS
from tests.faults.report import write

MB = 1_000_000
SECONDS = 2.0
_LOT = random.Random(1)
LONG = {
    "numbers": "7 ",
    "long number": "7",
    "grouped number": "1 000 ",
    "decimals": "1.",
    "dotted": "1.2.3.4-5/",
    "years": "2024 ",
    "dates": "27 қараша 2024 ж. ",
    "months": "қараша ",
    "number words": "бес жүз мың ",
    "english numbers": "two hundred and five thousand ",
    "units": "5 млн долларов США, около ",
    "one word": "а",
    "latin word": "x",
    "words": "бір сөз және ",
    "latin kazakh": "qalai bolady ",
    "short sentences": "Да. ",
    "initials": "А. ",
    "dots": ".",
    "quotes": "«",
    "closers": "»",
    "opened": "[",
    "opened round": "(1 ",
    "markers": "[1]",
    "tags": "<a",
    "closed tags": "<a>",
    "links": "[a](http://b ",
    "thoughts": "<think>",
    "short thoughts": "<think></think> ",
    "spaces": " ",
    "tabs": "a\t",
    "lines": "a\n",
    "empty lines": "\n",
    "marks": "\u0301",
    "marked": "e\u0301",
    "invisible": "\u200b",
    "commas": "a,",
    "dashes": "-",
    "hyphens": "а-",
    "hash": "#",
    "stars": "*a",
    "signs": "$",
    "percent": "5 % ",
    "questions": "Сколько? ",
    "zero": "\x00",
    "emoji": "🙂",
    "short sentences, no two alike": " ".join(
        "".join(_LOT.choices("абвгдеж", k=6)).capitalize()[: _LOT.randint(1, 6)] + _LOT.choice(".!?…»")
        for _ in range(50_000)
    ),
    "one latin kazakh word": "a",
}
OPENINGS = {"one latin kazakh word": "qalai bolady " * 2000}


def fastest(name: str, what: str, size: int) -> float:
    """Return the seconds of processor time that a target takes for so many bytes; again if it took long, for others may be at work."""
    piece = LONG[what]
    length = size * len(piece) // len(piece.encode("utf-8", "replace"))
    text = (OPENINGS.get(what, "") + piece * (length // len(piece) + 1))[:length]
    taken = []
    while len(taken) < 3 and (not taken or min(taken) > SECONDS * size / MB):
        began = time.process_time()
        TARGETS[name](text)
        taken.append(time.process_time() - began)
    return min(taken)


def main() -> None:
    """Time every target on every text of a megabyte and write what was seen."""
    rows, slow = [], []
    for name in TARGETS:
        times = {what: fastest(name, what, MB) for what in LONG}
        worst = max(times, key=lambda what: times[what])
        rows.append({"reader": name, "texts": len(times), "worst": worst, "seconds": times[worst]})
        slow += [f"{name}: {what}: {taken:.1f} s" for what, taken in times.items() if taken > SECONDS]
    write("speed", rows)
    raise SystemExit("\n".join(slow) if slow else 0)


if __name__ == "__main__":
    main()
