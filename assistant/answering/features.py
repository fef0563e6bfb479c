"""What speaks for a sentence as the answer: one explicit vector per candidate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from math import log
from operator import attrgetter

import numpy as np

from assistant.answering.candidates import Candidate
from assistant.answering.overlap import Overlap, Translated, gram_set, stem_set
from assistant.answering.questions import Question
from assistant.answering.values import COUNTED, counted_nouns, fitting_dates, fitting_quantities
from assistant.text.aliases import Aliases
from assistant.text.language import detect_language
from assistant.text.lexicon import translations
from assistant.text.numbers import find_quantities
from assistant.types import Encoder, Vectors


@dataclass(frozen=True, slots=True)
class Features:
    """Evidence for one sentence; shares lie between 0 and 1.

    Attributes:
        rerank: the reranker's log-odds; 0 where it has not read the sentence
        cosine: of question and sentence
        context: of question and the sentence with the one before
        passage: of question and all sentences of the chunk
        hit: the hit's score, scaled over the hits
        words: share of the question's stems in the sentence, by rarity; 0 across languages
        grams: the same of romanised character n-grams, within a language
        across: the same of n-grams, across languages
        translated: share of the question's stems, by rarity, whose translations are in the sentence, across languages
        within: the same in the sentence, the one before and the title
        alias: share of the other names of the question's names, by rarity, that the sentence or its context has
        around: share of the n-grams that only the sentence before or the title has
        names: share of the question's names and numbers that the sentence or its context has
        typed: 1 with the number, sum, percentage or date that is asked for, -1 without, 0 when none is asked for
        counted: how near what its numbers count is to what the question counts, from -0.5 to 0.5; 0 when nothing is
        noun: 1 when one of its numbers counts what the question counts by the same word, less by a translation
        styled: has the form of an answer to who, where, which, why, what is
        heading: a title or a fragment, not a sentence
        same: is in the question's language
    """

    rerank: float
    cosine: float
    context: float
    passage: float
    hit: float
    words: float
    grams: float
    across: float
    translated: float
    within: float
    alias: float
    around: float
    names: float
    typed: float
    counted: float
    noun: float
    styled: float
    heading: float
    same: float


ITEMS = 3  # marks of a list that make a sentence one for sure
ALIKE = 0.6  # share of a name's n-grams that a text has when it names it in some form

FEATURES = tuple(field.name for field in fields(Features))
_VALUES = attrgetter(*FEATURES)

STYLES: dict[str, re.Pattern[str]] = {
    "why": re.compile(
        r"өйткені|себебі|сондықтан|арқасында|салдарынан|байланысты|үшін|нәтижесінде|негізінде|потому|поскольку|так как|из-за|благодаря"
        r"|в связи|в результате|вследствие|чтобы|\bbecause|\bdue to|\bthanks to|\bowing to|\bsince\b|\bas a result|\bso that|\bin order to",
        re.IGNORECASE,
    ),
    "list": re.compile(
        r",[^,]{2,60},|,[^,]{2,60} (?:және|мен|пен|бен|и|and) |\w{4,} (?:және|мен|пен|бен|и|and) \w{4,}|:", re.IGNORECASE
    ),
    "definition": re.compile(r"\s[-–—]\s|деген|болып табылады|\bэто\b|является|\b(?:is|are) an?\b", re.IGNORECASE),
    "person": re.compile(r"(?<=\S )[^\W\d_a-zа-яёәғқңөұүһі]\S*[\w»\"] [^\W\d_a-zа-яёәғқңөұүһі]|[A-ZА-ЯӘҒҚҢӨҰҮҺІ]\.\s?[A-ZА-ЯӘҒҚҢӨҰҮҺІ]"),
    "place": re.compile(r"(?:\b(?:в|во|на|из|in|at|from|to) [A-ZА-ЯЁ])|[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ][\w-]+(?:[дт][ае](?:ғы|гі|н)?|[гғқк][ае])\b"),
    "name": re.compile(r"(?<=[\w,] )[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]|[«\"“]"),
}  # fmt: skip
ROMAN = re.compile(r"\b[IVXLІХVС]+\b")
NAME = re.compile(r"[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ][\w'’-]+")


@dataclass(frozen=True, slots=True)
class Details:
    """The names and numbers of a question: what an answer that speaks of the same thing has, too."""

    names: tuple[tuple[frozenset[str], ...], ...]  # for each name, the n-grams of its forms
    spelled: tuple[frozenset[str], ...]  # n-grams of the other names of longer names
    numbers: frozenset[float]
    romans: frozenset[str]

    @classmethod
    def of(cls, text: str, aliases: Aliases | None) -> Details:
        """Read them from a question; its first word is no name by its capital letter alone."""
        words = [word for word in NAME.findall(text.partition(" ")[2]) if not ROMAN.fullmatch(word)]
        forms = [(word, *(aliases.expand(word) if aliases else ())) for word in words]
        return cls(
            names=tuple(tuple(gram_set(form) for form in known) for known in forms),
            spelled=tuple(gram_set(name) for name in aliases.expand(text)) if aliases else (),
            numbers=frozenset(_values(text)),
            romans=frozenset(_roman(one) for one in ROMAN.findall(text) if len(one) > 1),
        )

    def found_in(self, text: str, grams: frozenset[str]) -> float:
        """Return the share of them that a text has; 1 when the question has none."""
        total = len(self.names) + len(self.numbers) + len(self.romans)
        if not total:
            return 1.0
        found = sum(any(_has(form, grams) for form in forms) for forms in self.names)
        if found < len(self.names) and any(_has(name, grams) for name in self.spelled):
            found = len(self.names)
        if self.numbers:
            found += len(self.numbers & set(_values(text)))
        if self.romans:
            found += len(self.romans & {_roman(one) for one in ROMAN.findall(text)})
        return found / total


def _roman(numeral: str) -> str:
    return numeral.translate(str.maketrans("ІХС", "IXC"))


def _values(text: str) -> Iterable[float]:
    yield from (quantity.value for quantity in find_quantities(text))
    yield from (float(year) for year in re.findall(r"\b(?:1[5-9]|20)\d\d\b", text))


def measure(
    question: Question,
    found: Sequence[Candidate],
    sentences: Vectors,
    encoder: Encoder,
    aliases: Aliases | None = None,
) -> list[Features]:
    """Measure all candidates against a question.

    Args:
        question: What is asked.
        found: The sentences.
        sentences: Their vectors, a row each.
        encoder: Made these.
        aliases: Other names of the question's names.

    Returns:
        The evidence, in the order of the candidates.
    """
    texts = [candidate.text for candidate in found]
    meaning = _cosines(encoder.encode_queries([question.text])[0], sentences, found)
    words = Overlap(question.text, texts)
    details = Details.of(question.text, aliases)
    counted, nouns = _counted(question, found, encoder)
    scores = _scaled([candidate.hit.score for candidate in found])
    around = [f"{candidate.context} {candidate.hit.article.title}" for candidate in found]
    near = [gram_set(text) for text in around]
    foreign = Translated(question.text, question.language, words.stems)
    whole = [own | stem_set(text) for own, text in zip(words.stems, around, strict=True)]
    wider = Translated(question.text, question.language, whole)
    surrounded = [own | more for own, more in zip(words.grams, near, strict=True)]
    named = _aliases_in(question.text, surrounded, aliases)
    measured = []
    for at, candidate in enumerate(found):
        same = _language(candidate) == question.language
        stems, grams = words.shares(at)
        measured.append(
            Features(
                rerank=0.0,
                cosine=float(meaning[0][at]),
                context=float(meaning[1][at]),
                passage=float(meaning[2][at]),
                hit=scores[at],
                words=stems if same else 0.0,
                grams=grams if same else 0.0,
                across=0.0 if same else grams,
                translated=0.0 if same else foreign.share(at),
                within=0.0 if same else wider.share(at),
                alias=named[at],
                around=words.added(at, near[at]),
                names=details.found_in(f"{texts[at]} {around[at]}", surrounded[at]),
                typed=_typed(question, candidate),
                counted=counted[at],
                noun=nouns[at],
                styled=_styled(question, texts[at]),
                heading=float(_is_heading(candidate)),
                same=float(same),
            )
        )
    return measured


def _aliases_in(question: str, surrounded: Sequence[frozenset[str]], aliases: Aliases | None) -> list[float]:
    """Return by rarity which of the other names of the question's names each text has, as a share of those any has."""
    names = [gram_set(name) for name in aliases.expand(question)] if aliases else []
    found = [[_has(name, grams) for grams in surrounded] for name in names]
    found = [row for row in found if any(row)]
    rarity = [log(1 + len(row) / (0.5 + sum(row))) for row in found]
    total = sum(rarity)
    return [
        sum(weight for weight, row in zip(rarity, found, strict=True) if row[at]) / total if total else 0.0
        for at in range(len(surrounded))
    ]


def _has(name: frozenset[str], grams: frozenset[str]) -> bool:
    return bool(name) and len(name & grams) >= ALIKE * len(name)


def _cosines(
    question: Vectors, sentences: Vectors, found: Sequence[Candidate]
) -> tuple[Vectors, Vectors, Vectors]:
    """Return the cosines of the question with each sentence, with it and the one before, and with its chunk.

    Encoders pool by the mean, so the mean of vectors stands for the joined text and nothing is encoded twice.
    """
    place = {(one.hit.article.id, one.start): at for at, one in enumerate(found)}
    joined, chunks = sentences.copy(), np.zeros_like(sentences)
    for at, one in enumerate(found):
        before = place.get((one.hit.article.id, one.before[0])) if one.before else None
        if before is not None:
            joined[at] += sentences[before]
    ranks = np.array([one.rank for one in found])
    for rank in set(ranks.tolist()):
        chunks[ranks == rank] = sentences[ranks == rank].sum(axis=0)
    return sentences @ question, _unit(joined) @ question, _unit(chunks) @ question


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def log_odds(probabilities: Vectors) -> Vectors:
    """Return the log-odds of probabilities, kept within ±9.2."""
    clipped = np.clip(probabilities.astype(np.float32), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)


def _scaled(scores: Sequence[float]) -> list[float]:
    low, high = min(scores), max(scores)
    return [(score - low) / (high - low) if high > low else 1.0 for score in scores]


def _language(candidate: Candidate) -> str | None:
    return candidate.hit.article.language or detect_language(candidate.hit.chunk.text)


def _typed(question: Question, candidate: Candidate) -> float:
    published = candidate.hit.article.published
    if question.kind in COUNTED:
        return 1.0 if fitting_quantities(question, candidate.text, published) else -1.0
    if question.kind == "date":
        return 1.0 if fitting_dates(question, candidate.text, published) else -1.0
    return 0.0


def _counted(
    question: Question, found: Sequence[Candidate], encoder: Encoder
) -> tuple[list[float], list[float]]:
    """Compare what the question counts with what the sentences' numbers count: by meaning, in one batch, and by word."""
    nearest, named = [-0.5] * len(found), [0.0] * len(found)
    if question.kind != "number" or not question.focus:
        return [0.0] * len(found), named
    phrases = [
        (at, noun)
        for at, candidate in enumerate(found)
        for noun in counted_nouns(question, candidate.text, candidate.hit.article.published)
    ]
    vectors = encoder.encode_passages([question.focus, *(noun for _, noun in phrases)])
    known = _called(question)
    for (at, noun), cosine in zip(phrases, vectors[1:] @ vectors[0], strict=True):
        nearest[at] = max(nearest[at], float(cosine) - 0.5)
        named[at] = max(named[at], *(known.get(stem, 0.0) for stem in stem_set(noun)), 0.0)
    return nearest, named


def _called(question: Question) -> dict[str, float]:
    """Return what the counted thing is called: the question's own stems and their translations, with how sure these are."""
    own = stem_set(question.focus)
    known: dict[str, float] = {}
    for words in translations(own, question.language).values():
        for word, strength in words.items():
            known[word] = max(strength, known.get(word, 0.0))
    return known | dict.fromkeys(own, 1.0)


def _styled(question: Question, text: str) -> float:
    style = STYLES.get(question.kind)
    if style and question.kind == "list":
        return min(1.0, len(style.findall(text)) / ITEMS)
    return float(bool(style and style.search(text)))


def _is_heading(candidate: Candidate) -> bool:
    text = candidate.text
    return text[-1] not in '.!?…»"”:;)' or len(text.split()) < 4


def as_matrix(measured: Sequence[Features]) -> Vectors:
    """Return the features as rows of a matrix, columns in the order of `FEATURES`."""
    return np.array([_VALUES(one) for one in measured], dtype=np.float32).reshape(-1, len(FEATURES))
