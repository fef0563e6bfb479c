"""Learn what words are called in the other languages, for searching across them by words.

    python training/lexicon.py --data DATA/train --out assistant/text/lexicon.sqlite

IBM Model 1 (Brown et al. 1993) over the stems of parallel texts, both ways; a translation's strength is the geometric
mean of the two probabilities, which leaves out the rare words that draw everything to themselves one way.
"""

from __future__ import annotations

import argparse
import json
import logging
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import permutations, repeat
from pathlib import Path

import corpus
import numpy as np
from vocabulary import translation_table

from assistant.text.analysis import analyse

log = logging.getLogger("lexicon")
NEWS = {"kaznu-gov", "apertium-kaz-rus-corpus"}
TIMES = 3  # that a text in the language of news counts; software says page where news says country
FEWEST = 4  # times that a stem was seen
WEAKEST = 0.12
MOST = 4  # translations of a stem into one language
LONGEST = 60  # stems of a text; what is longer is aligned too loosely to teach anything

Stems = list[list[str]]


def parallel_texts(data: Path) -> Iterator[dict[str, str]]:
    """Yield texts by language that say the same, as often as they count; the rows of dictionaries are left alone."""
    for row in corpus.parallel_rows(data):
        if row.kind != "dict":
            yield from repeat({"kk": row.kk, "ru": row.ru, "en": row.en}, TIMES if row.source in NEWS else 1)
    for passage in [*corpus.news_passages(data), *corpus.own_passages()]:
        for sentences in zip(*passage.sentences.values(), strict=True):
            yield from repeat(dict(zip(passage.sentences, sentences, strict=True)), TIMES)
    for passage in corpus.own_passages():
        for question in passage.questions:
            yield from repeat(question.text, TIMES)


def stems_by_pair(data: Path) -> dict[tuple[str, str], tuple[Stems, Stems]]:
    """Return the stems of both sides for each two languages, in alphabetical order."""
    found: dict[tuple[str, str], tuple[Stems, Stems]] = defaultdict(lambda: ([], []))
    for texts in parallel_texts(data):
        stems = {lang: list(dict.fromkeys(analyse(text).stems)) for lang, text in texts.items() if text}
        usable = sorted(lang for lang, words in stems.items() if 0 < len(words) <= LONGEST)
        for at, one in enumerate(usable):
            for other in usable[at + 1 :]:
                for side, lang in zip(found[one, other], (one, other), strict=True):
                    side.append(stems[lang])
    return dict(found)


def numbered(stems: Stems) -> tuple[list[str], list[list[int]]]:
    """Return the stems that were seen often enough, and the texts as their numbers."""
    counts = Counter(one for text in stems for one in text)
    names = [one for one, count in counts.items() if count >= FEWEST]
    number = {one: at for at, one in enumerate(names)}
    return names, [[number[one] for one in text if one in number] for text in stems]


def strengths(
    left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], sizes: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs of numbers and how strongly they translate each other, as three arrays of one length."""
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a and b]
    f, e, forth = translation_table(pairs, *sizes)
    g, d, back = translation_table([(b, a) for a, b in pairs], *sizes[::-1])
    real = (f < sizes[0]) & (forth > WEAKEST**2)
    f, e, forth = f[real], e[real], forth[real]
    keys = g * sizes[0] + d
    order = np.argsort(keys)
    at = np.searchsorted(keys, e * sizes[0] + f, sorter=order).clip(0, len(keys) - 1)
    both = np.where(keys[order[at]] == e * sizes[0] + f, back[order[at]], 0.0)
    return f, e, np.sqrt(forth * both)


def entries(data: Path) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """Yield language, stem, other language, and its translations there."""
    for (one, other), (left, right) in stems_by_pair(data).items():
        (ours, lefts), (theirs, rights) = numbered(left), numbered(right)
        f, e, strength = strengths(lefts, rights, (len(ours), len(theirs)))
        log.info("%s-%s: %d texts, %d pairs", one, other, len(left), len(f))
        found: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
        for at in np.argsort(-strength):
            if strength[at] < WEAKEST:
                break
            words = {one: ours[f[at]], other: theirs[e[at]]}
            for source, target in permutations((one, other)):
                known = found[source, words[source], target]
                if len(known) < MOST:
                    known[words[target]] = round(float(strength[at]), 2)
        for (source, stem, target), known in found.items():
            yield source, stem, target, known


def main() -> None:
    """Read the command line, learn and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training tables")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.out.unlink(missing_ok=True)
    joined: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for source, stem, _, known in entries(arguments.data):
        for word, strength in known.items():
            joined[source, stem][word] = max(strength, joined[source, stem].get(word, 0.0))
    with sqlite3.connect(arguments.out) as database:
        database.execute(
            "CREATE TABLE translation (language TEXT, stem TEXT, words TEXT, PRIMARY KEY (language, stem)) WITHOUT ROWID"
        )
        rows = [(*key, json.dumps(words, ensure_ascii=False)) for key, words in sorted(joined.items())]
        database.executemany("INSERT INTO translation VALUES (?, ?, ?)", rows)
    database.execute("VACUUM")
    database.close()
    log.info("%d stems, %.1f MB", len(rows), arguments.out.stat().st_size / 1e6)


if __name__ == "__main__":
    main()
