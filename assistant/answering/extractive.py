"""Answers made of the articles' own sentences: no model writes, nothing is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter

import numpy as np

from assistant.answering.candidates import Candidate, candidates
from assistant.answering.compose import MOST, cite, write
from assistant.answering.conversation import fold_history
from assistant.answering.features import FEATURES, as_matrix, log_odds, measure
from assistant.answering.overlap import Overlap
from assistant.answering.questions import Question, analyse_question
from assistant.answering.scoring import Scoring, load_scoring
from assistant.answering.short import short_answer
from assistant.answering.strings import abstention
from assistant.library.records import Counts
from assistant.text.aliases import Aliases
from assistant.types import Answer, AnswerEvent, Article, Encoder, Hit, Language, Reranker, Turn, Vectors

CANDIDATES = 40  # sentences that are compared
READ = 12  # the best of them, that the reranker reads
TOLD = 1.5  # what a sentence loses that the answer before has already given
CLOSEST = 3  # articles that are named when there is no answer


class ExtractiveAnswerer:
    """Answer with the best sentences of the hits, or say that they do not answer."""

    name = "extractive"

    def __init__(
        self,
        encoder: Encoder,
        reranker: Reranker | None = None,
        aliases: Aliases | None = None,
        scoring: Scoring | None = None,
        kept: Callable[[Sequence[int]], Mapping[int, Vectors]] | None = None,
    ) -> None:
        """Choose the parts.

        Args:
            encoder: Compares question and sentences.
            reranker: Reads them together; better with than without.
            aliases: Names that mean the same.
            scoring: Other weights than the ones shipped.
            kept: Gives, for the ids of chunks, the vectors of their sentences where they are kept (`Library.sentences`);
                the others are encoded.
        """
        self.encoder = encoder
        self.reranker = reranker
        self.aliases = aliases
        self.scoring = scoring or load_scoring(reranker is not None)
        self.kept = kept
        self._first = load_scoring(False)  # chooses what the reranker reads

    def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        language: Language,
        history: Sequence[Turn] = (),
        counts: Counts | None = None,
    ) -> Iterator[AnswerEvent]:
        """Answer a question from hits.

        Args:
            question: What was asked.
            hits: What the search found, best first.
            language: The reader's.
            history: The conversation so far, oldest first.
            counts: What the library holds, named when the articles do not answer.

        Yields:
            Pieces of text and citations as they come; lastly the whole answer.
        """
        started = perf_counter()
        asked = analyse_question(fold_history(question, history))
        found, matrix = self.evidence(asked, hits)
        measured = perf_counter()
        told = " ".join(turn.answer for turn in history) if asked.text != question else ""
        chosen = self.choose(found, matrix, told)
        text, short, passages = "", None, cite(chosen)
        if passages:
            short = short_answer(
                asked, chosen[0].text, language, self.encoder, chosen[0].hit.article.published
            )
            for piece, citations in write(passages, short, language):
                text += piece
                yield AnswerEvent(kind="delta", text=piece)
                yield from (AnswerEvent(kind="citation", citation=citation) for citation in citations)
        else:
            text = abstention(_articles(hits)[:CLOSEST], counts, language)
            yield AnswerEvent(kind="delta", text=text)
        cited = sorted((one for passage in passages for one in passage.citations), key=lambda one: one.marker)
        answer = Answer(
            question=question,
            text=text,
            language=language,
            answerer=self.name,
            short=short,
            citations=tuple(cited),
            hits=tuple(hits),
            abstained=not passages,
            timings={"evidence": measured - started, "compose": perf_counter() - measured},
        )
        yield AnswerEvent(kind="answer", answer=answer)

    def evidence(self, asked: Question, hits: Sequence[Hit]) -> tuple[list[Candidate], Vectors]:
        """Find the sentences that may answer and measure them.

        Args:
            asked: The question.
            hits: What the search found.

        Returns:
            The candidates and their features, a row each.
        """
        found = _shortlist(asked, candidates(hits))
        measured = measure(asked, found, self._vectors(found), self.encoder, self.aliases) if found else []
        matrix = as_matrix(measured)
        if self.reranker is None or not found:
            return found, matrix
        best = sorted(np.argsort(-self._first.scores(matrix), kind="stable")[:READ].tolist())
        found, matrix = [found[at] for at in best], matrix[best]
        chances = self.reranker.score(asked.text, [one.standalone for one in found])
        matrix[:, FEATURES.index("rerank")] = log_odds(chances)
        return found, matrix

    def _vectors(self, found: Sequence[Candidate]) -> Vectors:
        """Return the vector of each sentence, shape (n, dimension)."""
        kept = self.kept(list({one.hit.chunk.id for one in found})) if self.kept else {}
        rows = [kept[one.hit.chunk.id][one.at] if _fits(one, kept) else None for one in found]
        missing = [one.text for one, row in zip(found, rows, strict=True) if row is None]
        encoded = iter(self.encoder.encode_passages(missing))
        return np.array([next(encoded) if row is None else row for row in rows], dtype=np.float32)

    def choose(self, found: Sequence[Candidate], matrix: Vectors, told: str = "") -> list[Candidate]:
        """Choose the sentences to cite.

        Args:
            found: The candidates.
            matrix: Their features.
            told: What a follow-up was told before; it asks for something new.

        Returns:
            At most three, best first; none when the best does not answer.
        """
        if not found:
            return []
        scores = self.scoring.scores(matrix) - TOLD * np.array([one.text in told for one in found])
        order = np.argsort(-scores, kind="stable")
        best = int(order[0])
        if self.scoring.confidence(matrix, best) < self.scoring.threshold:
            return []
        near = scores[best] + np.log(self.scoring.near)
        return [found[at] for at in order[:MOST] if scores[at] >= near]


def _shortlist(asked: Question, found: list[Candidate]) -> list[Candidate]:
    """Keep the sentences of the best hits and those that share most with the question."""
    if len(found) <= CANDIDATES:
        return found
    overlap = Overlap(asked.text, [one.text for one in found])
    scores = [overlap.shares(at)[1] - 0.05 * one.rank for at, one in enumerate(found)]
    kept = sorted(np.argsort(-np.array(scores), kind="stable")[:CANDIDATES].tolist())
    return [found[at] for at in kept]


def _fits(one: Candidate, kept: Mapping[int, Vectors]) -> bool:
    """Tell whether the vectors of its chunk are kept, and are those of sentences as they are split now."""
    return one.hit.chunk.id in kept and len(kept[one.hit.chunk.id]) == one.of


def _articles(hits: Sequence[Hit]) -> list[Article]:
    return list({hit.article.id: hit.article for hit in hits}.values())
