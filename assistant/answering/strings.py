"""What the assistant itself says, in three languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.library.records import Counts
from assistant.text.dates import DateMention, render_date
from assistant.types import Article, Language

PHRASES: dict[Language, dict[str, str]] = {
    "kk": {
        "yes": "Иә",
        "no": "Жоқ",
        "nothing": "Жиналған мақалалардан бұл сұраққа жауап табылмады.",
        "closest": "Тақырыбы ең жақын мақалалар:",
        "covered": "Мақалалардың мерзімі: {first} – {last}.",
        "from kk": "Қазақ тіліндегі мақаладан:",
        "from ru": "Орыс тіліндегі мақаладан:",
        "from en": "Ағылшын тіліндегі мақаладан:",
        "untitled": "тақырыпсыз",
        "translation": "аударма",
    },
    "ru": {
        "yes": "Да",
        "no": "Нет",
        "nothing": "В собранных статьях нет ответа на этот вопрос.",
        "closest": "Ближе всего по теме:",
        "covered": "Статьи охватывают период: {first} – {last}.",
        "from kk": "Из статьи на казахском языке:",
        "from ru": "Из статьи на русском языке:",
        "from en": "Из статьи на английском языке:",
        "untitled": "без названия",
        "translation": "перевод",
    },
    "en": {
        "yes": "Yes",
        "no": "No",
        "nothing": "The collected articles do not answer this question.",
        "closest": "The closest articles:",
        "covered": "The articles cover {first} to {last}.",
        "from kk": "From an article in Kazakh:",
        "from ru": "From an article in Russian:",
        "from en": "From an article in English:",
        "untitled": "untitled",
        "translation": "translation",
    },
}


def phrase(key: str, language: Language) -> str:
    """Return one of our phrases.

    Args:
        key: Which one.
        language: The reader's.

    Returns:
        The phrase; dates are still to be filled in.
    """
    return PHRASES[language][key]


def day(when: date, language: Language) -> str:
    """Write a date the way the language does.

    Args:
        when: The date.
        language: The reader's.

    Returns:
        For instance "27 November 2024" or "2024 жылғы 27 қараша".
    """
    return render_date(DateMention(0, 0, when, when, "day"), language)


def attribution(article: Article, language: Language) -> str:
    """Name where a quotation comes from: publisher and date, or the title when there is no publisher."""
    parts = (
        article.publisher or article.title,
        day(article.published, language) if article.published else "",
    )
    return ", ".join(part for part in parts if part)


def abstention(closest: Sequence[Article], counts: Counts | None, language: Language) -> str:
    """Say that the articles do not answer, what is nearest and which dates are covered.

    Args:
        closest: The nearest articles, best first.
        counts: What the library holds, if known.
        language: The reader's.

    Returns:
        The text, of one to five lines.
    """
    lines = [phrase("nothing", language)]
    if closest:
        lines.append(phrase("closest", language))
    for article in closest:
        title = article.title or article.url or phrase("untitled", language)
        source = ", ".join(
            part
            for part in (article.publisher, day(article.published, language) if article.published else "")
            if part
        )
        lines.append(f"- {title}" + (f" ({source})" if source else ""))
    if counts and counts.first and counts.last:
        first, last = day(counts.first, language), day(counts.last, language)
        lines.append(phrase("covered", language).format(first=first, last=last))
    return "\n".join(lines)
