"""Asking a set of questions and comparing with what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from assistant.evaluation.datasets import Question, plain, says
from assistant.evaluation.metrics import hit_at, mean, ndcg_at, precision, reciprocal_rank
from assistant.types import Citation, Hit, Turn

if TYPE_CHECKING:
    from assistant.assistant import Assistant

DEPTH = 10
BARE_TYPES = ("number", "date", "money", "percent")

Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Report:
    """Mean figures by language ("all" is over everything), and how many questions each rests on."""

    figures: Mapping[str, Mapping[str, float | None]]
    counts: Mapping[str, Mapping[str, int]]
    questions: Sequence[tuple[Question, Figures]] = field(repr=False)


def evaluate(
    assistant: Assistant,
    questions: Sequence[Question],
    *,
    answers: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Ask every question and average the figures.

    Args:
        assistant: with the articles already in its library.
        questions: what to ask.
        answers: whether to judge answers too, not only the search.
        progress: called with the number of questions done.
    """
    rows: list[tuple[Question, Figures]] = []
    for number, question in enumerate(questions, 1):
        figures = search_figures(assistant, question)
        if answers:
            figures |= answer_figures(assistant, question)
        rows.append((question, figures))
        if progress:
            progress(number)
    return summarise(rows)


def summarise(rows: Sequence[tuple[Question, Figures]]) -> Report:
    """Average the figures of single questions by language and over all."""
    names = list(dict.fromkeys(name for _, figures in rows for name in figures))
    groups: dict[str, list[Figures]] = {}
    for language in sorted({question.language for question, _ in rows if question.language}):
        groups[language] = [figures for question, figures in rows if question.language == language]
    groups["all"] = [figures for _, figures in rows]
    columns = {
        group: {name: [f.get(name) for f in members] for name in names} for group, members in groups.items()
    }
    return Report(
        figures={
            group: {name: mean(values) for name, values in by_name.items()}
            for group, by_name in columns.items()
        },
        counts={
            group: {name: sum(value is not None for value in values) for name, values in by_name.items()}
            for group, by_name in columns.items()
        },
        questions=rows,
    )


def search_figures(assistant: Assistant, question: Question) -> Figures:
    """Judge the ranking for one question; empty when nothing is known of what is relevant."""
    if question.earlier or not (question.relevant or question.evidence):
        return {}
    started = perf_counter()
    hits = assistant.search(question.question, limit=5 * DEPTH)
    took = perf_counter() - started
    if question.relevant:
        ranked, relevant = list(dict.fromkeys(hit.article.id for hit in hits)), question.relevant
    else:
        ranked, relevant = evidence_ranking(hits, question.evidence)
    return {
        "hit@1": hit_at(ranked, relevant, 1),
        "hit@5": hit_at(ranked, relevant, 5),
        "hit@10": hit_at(ranked, relevant, DEPTH),
        "MRR": reciprocal_rank(ranked, relevant),
        "nDCG@10": ndcg_at(ranked, relevant, DEPTH),
        "search ms": 1000 * took,
    }


def evidence_ranking(hits: Iterable[Hit], evidence: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return a ranking in which a chunk that is the first to hold an evidence sentence bears its name."""
    names = tuple(f"evidence {at}" for at in range(len(evidence)))
    left = dict(zip(names, map(plain, evidence), strict=True))
    ranked = []
    for hit in hits:
        text = plain(hit.chunk.text)
        here = [name for name, sentence in left.items() if sentence in text]
        ranked.append(here[0] if here else f"chunk {hit.chunk.id}")
        for name in here:
            del left[name]
    return ranked, names


def answer_figures(assistant: Assistant, question: Question) -> Figures:
    """Judge the answer to one question."""
    history: list[Turn] = []
    for earlier in question.earlier:
        history.append(Turn(question=earlier, answer=assistant.ask(earlier, history).text))
    answer = assistant.ask(question.question, history)
    timing: Figures = {"answer ms": 1000 * answer.timings.get("total", 0.0)}
    if not question.answerable:
        return {f"abstained, {question.kind}": float(answer.abstained), **timing}
    judged = [supports(citation, question) for citation in answer.citations]
    known = bool(question.evidence or question.relevant)
    bare = question.norm and question.type in BARE_TYPES
    return {
        "answered": float(not answer.abstained),
        "cited first": float(judged[:1] == [True]) if known else None,
        "cited": float(any(judged)) if known else None,
        "precision": precision(judged) if known else None,
        "says it": float(says(f"{answer.short or ''}\n{answer.text}", question.norm))
        if question.norm
        else None,
        "short right": float(says(answer.short or "", question.norm)) if bare else None,
        **timing,
    }


def supports(citation: Citation, question: Question) -> bool:
    """Tell whether a citation is evidence: an evidence sentence, most of one, or else a relevant article."""
    if not question.evidence:
        return citation.article.id in question.relevant
    quote = plain(citation.quote)
    return any(
        sentence in quote or (quote in sentence and 2 * len(quote) >= len(sentence))
        for sentence in map(plain, question.evidence)
    )


def as_rows(report: Report) -> list[dict[str, object]]:
    """Return the report as rows for JSON, one a language."""
    return [
        {
            "language": group,
            **{name: {"value": value, "n": report.counts[group][name]} for name, value in figures.items()},
        }
        for group, figures in report.figures.items()
    ]
