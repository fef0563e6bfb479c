"""Fit the weights of the extractive answer and the threshold for abstaining, and record the curve.

    python -m benchmarks.calibrate --data ../shared/data [--articles ../shared/articles] [--write]

Choosing the sentence is a listwise softmax over the candidates of a question; answering at all is a logistic
regression over the best one's evidence. Both are fitted with a ridge towards zero on standardised features.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import cycle, product
from pathlib import Path

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.scoring import WEIGHTS, Scoring
from assistant.encoders import load_encoder, load_reranker
from assistant.encoders.remembering import Remembering
from assistant.evaluation.datasets import load_questions
from assistant.library.library import Library
from assistant.retrieval.hybrid import HybridRetriever
from assistant.text.aliases import Aliases
from assistant.types import LANGUAGES, Encoder, Hit, Reranker
from benchmarks.fitting import Case, calibrate, collect, curve, figures
from ingest.pipeline import ingest_sources

HITS, INTERVIEW, PASSAGE = 10, 4.0, 0.5
HELD = sorted((Path(__file__).parent.parent / "training/passages/held").glob("*.jsonl"))
RESULTS = Path(__file__).with_name("results")


class Sets:
    """The questions, each set searched in a library of its own articles."""

    def __init__(
        self, data: Path, articles: Path, folder: Path, encoder: Encoder, reranker: Reranker | None
    ) -> None:
        """Ingest the articles of every set."""
        self.data = data
        self.answerer = ExtractiveAnswerer(Remembering(encoder), reranker, Aliases.load())
        self.encoder = encoder
        sources = {name: data / "dev" / name / "articles.jsonl" for name in ("speeches", "kazqad")}
        sources["interview"] = articles
        self.held = [json.loads(line) for path in HELD for line in path.read_text("utf-8").splitlines()]
        for language in LANGUAGES:
            sources[f"held-{language}"] = self._passages(folder, language)
        self.searches = {name: self._open(folder / name, source) for name, source in sources.items()}

    def _passages(self, folder: Path, language: str) -> Path:
        path = folder / f"held-{language}.jsonl"
        rows = (
            {
                "id": one["id"],
                "title": one["title"][language],
                "text": " ".join(one[language]),
                "language": language,
            }
            for one in self.held
        )
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        return path

    def _open(self, folder: Path, source: Path) -> HybridRetriever:
        library = Library.open(folder, self.encoder)
        ingest_sources(library, self.encoder, [str(source)])
        return HybridRetriever(library, self.encoder)

    def case(self, place: str, question: str, name: str, kind: str, evidence: Iterable[str] = (), without: Iterable[str] = (), weight: float = 1.0) -> Case:  # fmt: skip
        """Measure a question against the articles of a set, some of them left out."""
        left_out = set(without)
        self.answerer.kept = self.searches[place].library.sentences

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

    def passages(self) -> Iterator[Case]:
        """Return questions on the passages that nothing was trained on, in each pair of languages in turn."""
        pairs = cycle(product(LANGUAGES, repeat=2))
        for one in self.held:
            for asked in (*one["questions"], *one["unanswerable"]):
                language, told = next(pairs)
                found = one[told][asked["sentence"]] if "sentence" in asked else None
                kind, evidence = ("", [found]) if found else ("near miss", [])
                yield self.case(f"held-{told}", asked[language], one["id"], kind, evidence, weight=PASSAGE)


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
        interview, others = sets.interview(), [*sets.articles(), *sets.passages()]
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
