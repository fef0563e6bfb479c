"""What a question asks for, in three languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.text.language import cyrillic_kazakh, is_latin_kazakh, question_language
from assistant.types import Language

Kind = Literal[
    "number",
    "money",
    "percent",
    "date",
    "person",
    "place",
    "name",
    "yesno",
    "why",
    "list",
    "definition",
    "how",
    "what",
]
Rules = tuple[tuple[Kind, re.Pattern[str]], ...]

# Kazakh is often typed without its own letters, so its rules are written, and questions read, without them.
FOLD = str.maketrans("қғңүұіәөһё", "кгнууиаохе")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what it asks for; `focus` are the words for the thing that is counted or named."""

    text: str
    language: Language
    kind: Kind
    focus: str = ""


def _rules(*pairs: tuple[Kind, str]) -> Rules:
    return tuple((kind, re.compile(pattern)) for kind, pattern in pairs)


# The first rule that matches decides.
RULES: dict[Language, Rules] = {
    "kk": _rules(
        ("percent", r"\b(канша|неше|кандай) (пайыз|процент)|(пайыз|процент)\w* (канша|неше)|(канша|кандай) улес|улеси (канша|кандай)"),
        ("money", r"\b(каншага|канша) (тура|тус|сат|бага|шык)|\b(канша|неше) (\w+ ){0,2}?(тенге|доллар|рубл|еуро|акша|каржы|каражат|инвест)|\b(куны|багасы|жалакы|сома|бюджет|каржы|инвестиция|кирис|табыс|шыгын)\w*( \w+)? (канша|кандай|неше)"),
        ("date", r"\bкашан|\bкай (жыл|кун|ай\b|айд|уакыт|кез|гасыр)|нешинши (жыл|гасыр)|\bкандай (кун|жыл)|\bкай мерзим|кандай мерзим"),
        ("number", r"\bканша\w*|\bнеше\w*|\b(саны|биик\w+|узынды\w+|ауданы|аумагы|калыны\w*|кашыкты\w+|терен\w+|колем\w+) (кандай|каншалыкты)"),
        ("why", r"\bнеге\b|\bнеликтен|\bне ушин|\bне себеп|\bкандай себеп|себеби не\b|\bнеден\b"),
        ("definition", r"\bдеген (не|ким)\b|\bдегенимиз|\bдегени не\b|нени билдиреди"),
        ("list", r"\b(кандай|кай) (\w+ ){0,2}?\w+(лар|лер|дар|дер|тар|тер)(\w{0,6})\b|\bкимдер|\bнелер|\bкайсылар|\bатап бер"),
        ("person", r"\bким(нин|ге|ди|нен|мен|де|дики)?\b"),
        ("place", r"\bкайда\w*|\bкай\w* (\w+ )?(кала|ел\b|елд|елге|елден|мемлекет|жер|онир|облыс|аудан|ауыл|кент)"),
        ("name", r"\bкай\b|\bкайсы|\b(калай|кандай атпен) атал|\bаты ким"),
        ("how", r"\bкалай|\bкайтип"),
        ("yesno", r"\b(ма|ме|ба|бе|па|пе)( еди| екен)?\W*$"),
    ),
    "ru": _rules(
        ("percent", r"\b(сколько|как\w+|насколько) (\w+ )?(процент|дол[яюие]\b)|\bпроцент\w* (сколько|как)"),
        ("money", r"\b(во |за |по )?сколько (\w+ )?(сто[ия]|обо[йш]|денег|средств|доллар|тенге|рубл|евро|потра|вложи|инвестир|зарабо|плат|заплат)|\bкак\w+ (\w+ ){0,2}?(стоимост|сумм|цен[аеуы]\b|зарплат|бюджет|доход|прибыл|выручк|инвестиц)"),
        ("date", r"\bкогда\b|\bкак(ом|ого|ому|ой|ое|им|ая|ую) (\w+ )?(год|месяц|числ|дат|день|дня|дню|врем|период|срок|век)"),
        ("number", r"\bскольк|\bкак(ое|ого|им|ова|ово) (\w+ )?(количеств|число\b|числе|населени)|\bкаков\w* (\w+ ){0,2}?(количеств|числ|высот|длин|площад|расстоян|глубин|населени|рост|объем|размер)|\bнасколько"),
        ("why", r"\bпочему|\bзачем|\bотчего|\bиз-за чего|\bпо как\w+ причин|\bпричин\w* (\w+ )?как|\bкаков\w* причин|\bв чем причин"),
        ("definition", r"\bчто такое|\bкто так|\bчто (озна|знач)"),
        ("list", r"\bкаки(е|х|ми)\b|\bперечисл|\bназовите|\bчто входит"),
        ("person", r"\b(кто|кого|кому|кем|ком|чей|чь[яеию]|чь(ей|его|ему|им|их))\b"),
        ("place", r"\b(где|куда|откуда)\b|\bкак(ом|ой|ую|ого|ая|ое) (\w+ )?(город|стран|регион|област|район|мест|сел[оаеу]\b|поселк|столиц|государств)"),
        ("name", r"\bкак(ой|ая|ое|ого|ому|ом|ую|им)\b|\bкотор|\bкак называ|\bкак зовут"),
        ("how", r"\bкак\b|\bкаким образом"),
        ("yesno", r"\bли\b|^(правда|верно)\b"),
    ),
    "en": _rules(
        ("percent", r"\b(what|which|how much|how many) (\w+ )?(percent|share|proportion|fraction)"),
        ("money", r"\bhow much\b.*\b(money|cost|costs|pay|paid|spen[dt]|invest\w*|worth|earn\w*|fined?|salary|budget|dollars|tenge|roubles|rubles|euros)\b|\bhow many (\w+ )?(dollars|tenge|rou?bles|euros)|\bwhat (is|was|were|are) the (\w+ ){0,3}?(cost|price|value|salary|budget|amount|sum|revenue|profit|turnover)\b"),
        ("date", r"\bwhen\b|\b(what|which) (\w+ )?(year|month|day|date|century|decade|deadline)\b"),
        ("number", r"\bhow (many|much|old|long|far|high|tall|big|large|deep|wide|fast|often)\b|\bwhat (is|was|are|were) the (\w+ ){0,2}?(number|population|height|length|area|distance|size|temperature|depth|total)\b|\bby what amount"),
        ("why", r"\bwhy\b|\bwhat (is|was|are|were) the (\w+ )?(reason|cause)|\bwhat (caused|led)|\bfor what reason"),
        ("definition", r"\bwhat (is|are|was|were)( an?)? (?!the\b)\w+( \w+)?\W*$|\bwhat does .* (mean|stand for)|\bwho (is|was) (?!the\b)\w+( \w+)?\W*$"),
        ("list", r"\b(what|which) (\w+ ){0,2}?\w+[^s\W]s (are|were|do|did|have|will|can|should)\b|^(name|list)\b"),
        ("person", r"\bwho(m|se)?\b"),
        ("place", r"\bwhere\b|\b(what|which) (\w+ )?(city|country|place|region|town|village|province|capital)\b|\bwhat (is|was) the capital\b"),
        ("name", r"\bwhich\b|\bwhat (\w+ )?(is|was) .* called|\bwhat (is|was) the name"),
        ("how", r"\bhow\b"),
        ("what", r"\bwhat\b"),
        ("yesno", r"^(and |but |so )?(is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|should|may|must)\b"),
    ),
}  # fmt: skip

# What follows the question word names the thing counted ("how many students"), up to a word that cannot.
FOCUS: dict[Language, re.Pattern[str]] = {
    "kk": re.compile(r"\b(?:канша|неше|кандай|кай)\w*((?: \w+){1,2})"),
    "ru": re.compile(r"\b(?:скольк\w+|количество|число|как\w+)((?: \w+){1,2})"),
    "en": re.compile(
        r"\b(?:how many|how much|number of|what|which)(?: of)?((?: (?!(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could)\b)[\w'’]+){1,4})"
    ),
}

POSSESSIVE = re.compile(r"\S+['’]s\s+(?=\S)")


def fold(text: str, language: Language) -> str:
    """Return the text as the rules read it, letter for letter: lower-case, Kazakh without its own letters."""
    return text.lower() if language == "en" else text.lower().translate(FOLD)


def kind_of(text: str, language: Language) -> Kind:
    """Tell what a question asks for.

    Args:
        text: The question.
        language: Its language.

    Returns:
        The kind; "what" when no rule says more.
    """
    folded = fold(" ".join(text.split()), language)
    for kind, pattern in RULES[language]:
        if pattern.search(folded):
            return kind
    return "what"


def analyse_question(text: str) -> Question:
    """Find the language of a question, what it asks for and what is counted; Latin-script Kazakh turns Cyrillic.

    Args:
        text: The question, standing by itself.

    Returns:
        The question, analysed.
    """
    language = question_language(text)
    if language == "kk" and is_latin_kazakh(text):
        text = cyrillic_kazakh(text)
    text = " ".join(text.split())
    match = FOCUS[language].search(fold(text, language))
    focus = POSSESSIVE.sub("", text[match.start(1) : match.end(1)]).strip() if match else ""
    return Question(text=text, language=language, kind=kind_of(text, language), focus=focus)
