"""Run the whole training on a few hundred rows that we wrote: both stages, the reranker, the export, the result loaded.

    python training/smoke.py

The figures mean nothing; the run proves that the scripts work. Under two minutes on two cores.
"""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import corpus

HERE = Path(__file__).parent
ROWS = 20


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a gzipped tab-separated table."""
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, escapechar="\\")
        writer.writerow(columns)
        writer.writerows(rows)


def write_data(folder: Path) -> None:
    """Write our own passages in the form of the training tables."""
    passages = corpus.own_passages()[:ROWS]
    sentences = [
        (kk, ru, en, "own", "sentence")
        for one in passages
        for kk, ru, en in zip(*(one.sentences[lang] for lang in corpus.LANGUAGES), strict=True)
    ]
    write_table(folder / "parallel.tsv.gz", ("kk", "ru", "en", "source", "kind"), sentences)
    answered = [(one, q) for one in passages for q in one.questions if q.sentence is not None]
    news = [
        (
            one.sentences["kk"][q.sentence],
            one.sentences["en"][q.sentence],
            q.text["en"],
            q.text["ru"],
            q.text["kk"],
        )
        for one, q in answered
    ]
    write_table(
        folder / "news_questions.tsv.gz", ("kk", "en", "question_en", "question_ru", "question_kk"), news
    )
    headings = [
        ("kk", one.questions[0].text["kk"], " ".join(one.sentences["kk"]), "", "own") for one in passages
    ]
    write_table(
        folder / "heading_passage.tsv.gz", ("lang", "heading", "passage", "doc_title", "doc"), headings
    )
    columns = [f"{name}_{lang}" for lang in ("en", "ru") for name in ("question", "context", "answer")]
    asked = [
        [
            value
            for lang in ("en", "ru")
            for value in (q.text[lang], " ".join(one.sentences[lang]), one.sentences[lang][q.sentence])
        ]
        for one, q in answered
    ]
    write_table(folder / "xquad.tsv.gz", columns, asked)


def run(script: str, *words: str | Path) -> None:
    """Run one of the training scripts, and stop if it fails."""
    subprocess.run([sys.executable, str(HERE / script), *map(str, words)], check=True)


def main() -> None:
    """Run everything in a temporary folder."""
    with tempfile.TemporaryDirectory() as scratch:
        at = Path(scratch)
        data = at / "data"
        data.mkdir()
        write_data(data)
        common = ("--data", data, "--limit", str(ROWS))
        run(
            "train_encoder.py",
            *common,
            "--out",
            at / "align",
            "--minutes",
            "0.1",
            "--pieces",
            "800",
            "--tokens",
            "1024",
        )
        stage = ("--stage", "retrieval", "--start", at / "align", "--minutes", "0.1", "--tokens", "1024")
        run("train_encoder.py", *common, "--out", at / "retrieve", *stage)
        run(
            "train_reranker.py",
            *common,
            "--start",
            at / "retrieve",
            "--out",
            at / "rerank",
            "--layers",
            "2",
            "--minutes",
            "0.1",
        )
        for kind, model in (("encoder", "retrieve"), ("reranker", "rerank")):
            run("export.py", "--model", at / model, "--kind", kind, "--texts", data, "--out", at / kind)
        from assistant.encoders.builtin import BuiltinEncoder, BuiltinReranker

        vectors = BuiltinEncoder(at / "encoder").encode_passages(["Астана", "Алматы"])
        scores = BuiltinReranker(at / "reranker").score("Где это?", ["Астана", "Алматы"])
        print(f"encoder {vectors.shape}, reranker {scores.shape}: the training works")


if __name__ == "__main__":
    main()
