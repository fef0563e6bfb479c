"""What contenders find: the development sets' articles taken in as each does it, judged as `assistant eval` judges."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.assistant import Assistant
from assistant.cli.evaluate import opened
from assistant.evaluation.datasets import load_questions
from assistant.evaluation.run import evaluate
from assistant.settings import Settings
from assistant.types import LANGUAGES, Article, Chunk, Hit
from benchmarks import corpus
from benchmarks.contenders import ROOT, Contender, ContenderFailed, environment
from benchmarks.quality import articles_for

SENTENCES = 200  # of the parallel news, for each language of articles
FIGURES = ("nDCG@10", "hit@1")


@dataclass
class Searching:
    """A contender's process as far as an evaluation needs an assistant."""

    contender: Contender

    def search(self, question: str, limit: int) -> list[Hit]:
        """Search."""
        found = self.contender.call("search", questions=[question], seconds=600, limit=limit)["hits"][0]
        return [
            Hit(
                article=Article(id=article, text=text),
                chunk=Chunk(id=at, article_id=article, start=0, end=len(text), text=text),
                score=0.0,
            )
            for at, (article, text) in enumerate(found)
        ]


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as a .jsonl file."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def sets(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Yield the name, the questions and the articles of each set, the same articles for everybody."""
    for questions in sorted(corpus.DEV.glob("*/questions.jsonl")):
        with opened(Settings(encoder="hash"), articles_for(questions)) as assistant:
            yield (
                f"{questions.parent.name}, articles kk",
                questions,
                write(folder / f"{questions.parent.name}.jsonl", _rows(assistant)),
            )
    rows = corpus.bitext()[:SENTENCES]
    for language in LANGUAGES:
        articles = [_row(f"s{at}", row[language], language) for at, row in enumerate(rows)]
        questions = [
            {"question": row[other], "language": other, "relevant": [f"s{at}"]}
            for at, row in enumerate(rows)
            for other in LANGUAGES
            if other != language
        ]
        yield (
            f"translated news, articles {language}",
            write(folder / f"questions-{language}.jsonl", questions),
            write(folder / f"sentences-{language}.jsonl", articles),
        )


def _rows(assistant: Assistant) -> list[dict[str, str]]:
    articles = (assistant.library.article(row.article.id) for row in assistant.articles())
    return [_row(one.id, one.text, one.language or "kk", one.title) for one in articles if one]


def _row(id_: str, text: str, language: str, title: str = "") -> dict[str, str]:
    return {"id": id_, "title": title, "text": text, "language": language, "published": "2026-01-01"}


def search_quality(contenders: Sequence[Contender]) -> dict[str, dict[str, Any]]:
    """Return nDCG@10 and hit@1 of each contender, by set and question language."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        tasks = list(sets(folder))
        for contender in (one for one in contenders if one.measured):
            contender.start()
            try:
                contender.ready()
                for at, (title, questions, articles) in enumerate(tasks):
                    contender.call("open", folder=folder / contender.module / contender.encoder / str(at))
                    contender.call("ingest", articles=articles)
                    report = evaluate(Searching(contender), load_questions(questions), answers=False)
                    found[title][contender.name] = {
                        language: {figure: own[figure] for figure in FIGURES}
                        for language, own in report.figures.items()
                        if language != "all"
                    }
            except ContenderFailed as error:
                found["failed"][contender.name] = str(error)
            finally:
                contender.stop()
    return dict(found)


def answer_quality() -> dict[str, Any]:
    """Return what quality.py says of our answers."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "quality.json"
        command = [sys.executable, "-m", "benchmarks.quality", "--json", str(target)]
        subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True)
        figures: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return figures
