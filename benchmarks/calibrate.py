"""Fit the weights of the extractive answer and the threshold for abstaining, and record the curve.

    python -m benchmarks.calibrate --data ../shared/data [--articles ../shared/articles] [--write]

Choosing the sentence is a listwise softmax over the candidates of a question; answering at all is a logistic
regression over the best one's evidence. Both are fitted with a ridge towards zero on standardised features.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.scoring import WEIGHTS, Scoring
from assistant.encoders import load_encoder, load_reranker
from assistant.evaluation.datasets import load_questions
from assistant.library.library import Library
from assistant.retrieval.hybrid import HybridRetriever
from assistant.text.aliases import Aliases
from assistant.types import Encoder, Hit, Reranker
from benchmarks.fitting import Case, calibrate, collect, curve, figures
from ingest.pipeline import ingest_sources

HITS, XQUAD, INTERVIEW = 10, 60, 2.0
RESULTS = Path(__file__).with_name("results")


class Sets:
    """The questions, each set searched in a library of its own articles."""

    def __init__(
        self, data: Path, articles: Path, folder: Path, encoder: Encoder, reranker: Reranker | None
    ) -> None:
        """Ingest the articles of every set."""
        self.data = data
        self.answerer = ExtractiveAnswerer(encoder, reranker, Aliases.load())
        self.encoder = encoder
        self.contexts: dict[str, str] = {}
        xquad = list(self._xquad())[:XQUAD]
        sources = {name: data / "dev" / name / "articles.jsonl" for name in ("speeches", "kazqad")} | {
            "interview": articles
        }
        for language in ("en", "ru"):
            sources[f"xquad-{language}"] = self._contexts(folder, language, xquad)
        self.searches = {
            name: self._open(folder / name, source, reranker) for name, source in sources.items()
        }
        self.xquad = xquad

    def _xquad(self) -> Iterable[dict[str, str]]:
        with gzip.open(self.data / "train/xquad.tsv.gz", "rt", encoding="utf-8") as lines:
            yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)

    def _contexts(self, folder: Path, language: str, rows: Sequence[dict[str, str]]) -> Path:
        path = folder / f"xquad-{language}.jsonl"
        texts = dict.fromkeys(row[f"context_{language}"] for row in rows)
        self.contexts |= {text: f"{language}-{at}" for at, text in enumerate(texts)}
        lines = (
            json.dumps({"id": self.contexts[text], "text": text, "language": language}) for text in texts
        )
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def _open(self, folder: Path, source: Path, reranker: Reranker | None) -> HybridRetriever:
        library = Library.open(folder, self.encoder)
        ingest_sources(library, self.encoder, [str(source)])
        return HybridRetriever(library, self.encoder, reranker)

    def case(self, place: str, question: str, name: str, kind: str, evidence: Iterable[str] = (), without: Iterable[str] = (), weight: float = 1.0) -> Case:  # fmt: skip
        """Measure a question against the articles of a set, some of them left out."""
        left_out = set(without)

        def search(text: str) -> list[Hit]:
            found = self.searches[place].search(text, limit=HITS + 10 if left_out else HITS)
            return [hit for hit in found if hit.article.id not in left_out][:HITS]

        return collect(self.answerer, search, question, name, kind, evidence, weight)

    def interview(self) -> list[Case]:
        """Return the questions on the real article, answerable and not."""
        asked = load_questions(self.data / "dev/interview/questions.jsonl")
        return [
            self.case(
                "interview",
                one.question,
                one.id,
                "" if one.answerable else one.kind,
                one.evidence,
                weight=INTERVIEW,
            )
            for one in asked
        ]

    def articles(self) -> Iterator[Case]:
        """Return questions on speeches and encyclopaedia: with their article, without it, and of another set."""
        for place, other in (("kazqad", "speeches"), ("speeches", "kazqad")):
            for one in load_questions(self.data / f"dev/{place}/questions.jsonl"):
                yield self.case(place, one.question, one.id, "", one.answers)
                yield self.case(place, one.question, one.id, "near miss", without=one.relevant, weight=0.5)
                yield self.case(other, one.question, one.id, "off-topic", weight=0.5)

    def across(self) -> Iterator[Case]:
        """Return XQuAD questions on contexts in the same and in the other language, and without their context."""
        for row in self.xquad:
            for asked, told in product(("en", "ru"), repeat=2):
                place, question, weight = (
                    f"xquad-{told}",
                    row[f"question_{asked}"],
                    0.4 if asked == told else 1.0,
                )
                context = self.contexts[row[f"context_{told}"]]
                yield self.case(place, question, row["id"], "", [row[f"answer_{told}"]], weight=weight)
                yield self.case(place, question, row["id"], "near miss", without=[context], weight=weight / 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print the figures, record them and, if asked to, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder with dev/ and train/"
    )
    parser.add_argument(
        "--articles",
        type=Path,
        default=Path("../shared/articles/000_e3e1a676b01f25b4.txt"),
        help="the article of the interview set",
    )
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--reranker", default="builtin", help="'none' fits the set that works without one")
    parser.add_argument("--write", action="store_true", help="put the weights into the package")
    options = parser.parse_args(arguments)
    encoder, reranker = load_encoder(options.encoder), load_reranker(options.reranker)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        sets = Sets(options.data, options.articles, Path(folder), encoder, reranker)
        interview, others = sets.interview(), [*sets.articles(), *sets.across()]
    name, absent = ("reranked", ()) if reranker else ("plain", ("rerank",))
    known = [case for case in (*interview, *others) if case.right]
    fitted = calibrate(known, [*interview, *others], interview, absent)
    scoring = Scoring.of(fitted)
    record = {
        "date": date.today().isoformat(),
        "encoder": encoder.fingerprint,
        "reranker": reranker.name if reranker else None,
        "questions": len(interview) + len(others),
        "interview": figures(interview, scoring),
        "curve on interview": curve(interview, scoring),
        "curve on the other sets": curve(others, scoring),
        "weights": fitted,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"calibration-{name}-{record['date']}.json"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(
        json.dumps(
            {key: record[key] for key in ("interview", "curve on interview")}, ensure_ascii=False, indent=1
        )
    )
    if options.write:
        shipped = json.loads(WEIGHTS.read_text(encoding="utf-8")) | {name: fitted}
        WEIGHTS.write_text(json.dumps(shipped, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
