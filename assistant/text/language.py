"""Which language a text or a question is in; Kazakh typed in Latin letters, or in Russian ones, counts as Kazakh.

Every word may vote: for Kazakh with its letters, function words and endings, for Russian and English likewise.
py3langid (slow to load) is asked only where the votes leave it open.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.text.kazakh import COMMON_WORDS, cyrillic_kazakh
from assistant.text.script import romanise
from assistant.types import LANGUAGES, Language

__all__ = ["cyrillic_kazakh", "detect_language", "is_latin_kazakh", "question_language"]

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 20_000
_MARGIN = 1.5
_COVERAGE = 0.5
_FOREIGN = 0.9
_KIN = ("kk", "ru", "en", "ky", "tt", "ba", "cv", "sah", "tk", "crh", "kaa")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_KAZAKH_LETTER = re.compile(r"[әғқңөұүһі]")
_FOREIGN_LETTER = re.compile(r"[їєґўђћљњџј]")
_KAZAKH_LATIN_LETTER = re.compile(r"[äöüğşıñŋūáóúǵńý]")

_RUSSIAN_WORDS = """
    и в на с по к у о от до из за для что чем как где когда кто кого кому кем сколько какой какая какие
    какое какую каких каким каком какого почему зачем чей чья чье чьи это этот эта этой эти этом этого
    был была было были будет есть или же ли бы а но его ее их мы вы она они я со во об при про без над
    под между через после перед который которая которые которых которой лет год году года также только
    уже еще если чтобы так тот том всех все все более себя которого куда откуда нет один два три новый
    можно нужно очень свой своей стал стала стали сказал заявил
"""
_ENGLISH_WORDS = """
    the of and to in is was were are be been for on with at by from as that this it its an a how what
    when where who whom whose which why did does do done has have had will would can could may might
    should not no or but if than then there their they he she his her we our you your i us my much many
    more most about into over under between during after before while also only new any all some one two
    three year years said says give tell list name country president
"""
_ALSO_LATIN = (
    "bar bir bul sol al on el eli ma me ba be pa pe edi rus eki kim at er bala sani bes osi ol biz tek ret"
)
_ALSO_RUSSIAN = "ne bar bir bul bes ali sol al pa ba el eli rus"

# Kazakh words by skeleton, so that қанша, канша, qansha and qanşa are one entry.
_KAZAKH = frozenset(map(romanise, COMMON_WORDS)) - {"men", "ne"}
_KAZAKH_IN_LATIN = _KAZAKH.difference(_ALSO_LATIN.split())
_KAZAKH_IN_CYRILLIC = _KAZAKH.difference(_ALSO_RUSSIAN.split())
_RUSSIAN = frozenset(_RUSSIAN_WORDS.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_RUSSIAN_ENDING = re.compile(
    r".(?:[оеыи](?:го|му)|[ыиая]ми|[аяоы][яе]|и[еяю]|[ыио]й|ях|ых|ци[яи]|ост[ьи]|т?ься|тся|л(?:ся|ась|ись)|ени[еяй]"
    r"|ениям?|ств[оа]|ск(?:им|ие|ая|их)|[уаю][юе]т|ются|[иа]ть|ил[оиа]?|ал[оиа])$"
)
_KAZAKH_ENDING = re.compile(
    r"...(?:[ldt][ae]r(?:i(?:n[iae]?|miz|niz)?|in?d[ae]n?|i?nin|di|d[ae]n?|g[aei]|men)?|[dtn]in|[dlt]ik|[dtn][ae]n"
    r"|[kg][ae]n(?:d[ae])?|nd[ae]|[dt][ae]gi|[aei]di|s[ae]di|di[mk]|[mn]iz|mi[nz]|sini?n?|sin[ae]|[kg]ind[ae]"
    r"|st[ae]n|ligi?n?|tigi?n?|l[ae][unp]|[bp]en|min?d[ae]|u[gd][ae]|ui|ip)$"
)
_KAZAKH_LATIN_ENDING = re.compile(
    r"..(?:[ldt](?:ary|eri)(?:n|ny[nñ])?|[ldt][ae]r(?:d[yi][nñ]?|[gǵğd][ae]|d[ae]n)|[dtn]y[nñŋ]|[dtl]yq|(?:a|ai|aı|ei|eı)d[yi]"
    r"|[iy]ld[iy]|[dgğǵq]an|yny[nñŋ]|ynda|inde|[iy]nda[gǵ]y|indegi|d[ae]g[yi]|stany|yng|gh[aey]n|[aeiy]p|[aou]dy)$"
)
_ENGLISH_ENDING = re.compile(
    r"..(?:ing|[ts]ions?|ed|ly|ments?|ness|it(?:y|ies)|ous|[ia][vb]l?e|ians?|[ae]ns|e?rs|es|[tkn]s|th)$"
)
_PARTICLE = re.compile(r"\b[mbpмбп][aeае]\s*\?")


@lru_cache(maxsize=1 << 15)
def _votes(word: str) -> tuple[float, float, float]:
    """Return what a lower-case word says for Kazakh, Russian and English."""
    return _cyrillic_votes(word) if _CYRILLIC.search(word) else _latin_votes(word)


def _cyrillic_votes(word: str) -> tuple[float, float, float]:
    if _FOREIGN_LETTER.search(word):
        return (0, 0, 0)
    skeleton = romanise(word)
    if word in _RUSSIAN:
        return (0, 2, 0)
    if skeleton in _KAZAKH_IN_CYRILLIC:
        return (2, 0, 0)
    if _KAZAKH_LETTER.search(word):
        return (1, 0, 0)
    russian = 1 if _RUSSIAN_ENDING.search(word) else 0.5 if re.search(r"[щъ]|ь(?!$)|ф", word) else 0
    kazakh = 1 if not russian and _KAZAKH_ENDING.search(skeleton) else 0
    return (kazakh, russian, 0)


def _latin_votes(word: str) -> tuple[float, float, float]:
    if word in _ENGLISH:
        return (0, 0, 2)
    skeleton = romanise(word)
    if skeleton in _KAZAKH_IN_LATIN:
        return (2, 0, 0)
    kazakh = (
        bool(re.search(r"q(?!u)|[^aeiou]ys|[^aeiou]yn", word))
        + 0.5 * bool(_KAZAKH_LATIN_LETTER.search(word))
        + 0.5 * ("zh" in word)
        + bool(_KAZAKH_LATIN_ENDING.search(word))
    )
    return (kazakh, 0, 1 if not kazakh and _ENGLISH_ENDING.search(word) else 0)


def _tally(text: str) -> tuple[int, dict[Language, float]]:
    """Count the words and sum their votes."""
    votes = [_votes(word) for word in _WORD.findall(text.lower())]
    sums = {language: sum(vote[i] for vote in votes) for i, language in enumerate(LANGUAGES)}
    sums["kk"] += 2 * bool(_PARTICLE.search(text))
    return len(votes), sums


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _most_likely(text: str, among: tuple[Language, ...]) -> Language | None:
    """Return which of these it is by character statistics, or None where it is clearly another language."""
    ranked: list[tuple[str, float]] = _identifier().rank(text)
    if ranked[0][0] not in _KIN and ranked[0][1] > _FOREIGN:
        return None
    chances = dict(ranked)
    return max(among, key=lambda language: chances.get(language, 0.0))


def detect_language(text: str) -> Language | None:
    """Return the language of a text, or None where it has no words or is in none of the three."""
    sample = text[:_SAMPLE]
    cyrillic, latin = len(_CYRILLIC.findall(sample)), len(_LATIN.findall(sample))
    if not cyrillic and not latin:
        return None
    count, votes = _tally(sample)
    first, second, _ = sorted(LANGUAGES, key=lambda language: -votes[language])
    if votes[first] > _MARGIN * votes[second] and votes[first] >= _COVERAGE * count:
        return first
    guess = _most_likely(sample, ("kk", "ru") if cyrillic >= latin else ("kk", "en"))
    return first if guess and votes[first] > _MARGIN * votes[second] else guess


def question_language(text: str) -> Language:
    """Return the language to answer a question in: its own, or what its letters come nearest to."""
    if language := detect_language(text):
        return language
    if not _CYRILLIC.search(text):
        return "en"
    return "kk" if _KAZAKH_LETTER.search(text.lower()) else "ru"


def is_latin_kazakh(text: str) -> bool:
    """Tell whether a text is Kazakh in Latin letters."""
    sample = text[:_SAMPLE]
    return len(_LATIN.findall(sample)) > len(_CYRILLIC.findall(sample)) and detect_language(sample) == "kk"
