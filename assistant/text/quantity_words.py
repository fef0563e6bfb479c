"""Quantities in words: grammar of numbers, magnitudes and currencies in Kazakh, Russian and English."""

from __future__ import annotations

import re

from assistant.types import Language

_MAGNITUDES = (1e12, 1e9, 1e6, 1e3)
_KAZAKH_MAGNITUDES = ("триллион", "миллиард", "миллион", "мың")
_RUSSIAN_MAGNITUDES = ("трлн", "млрд", "млн", "")
_ENGLISH_MAGNITUDES = ("trillion", "billion", "million", "")
_KAZAKH_UNITS = {
    "percent": "пайыз",
    "USD": "доллар",
    "EUR": "еуро",
    "KZT": "теңге",
    "RUB": "рубль",
    "CNY": "юань",
    "GBP": "фунт стерлинг",
}
_RUSSIAN_UNITS = {  # one, two, five
    "percent": ("%", "%", "%"),
    "USD": ("доллар", "доллара", "долларов"),
    "EUR": ("евро", "евро", "евро"),
    "KZT": ("тенге", "тенге", "тенге"),
    "RUB": ("рубль", "рубля", "рублей"),
    "CNY": ("юань", "юаня", "юаней"),
    "GBP": ("фунт стерлингов", "фунта стерлингов", "фунтов стерлингов"),
}
_THOUSAND = ("тысяча", "тысячи", "тысяч")
_ENGLISH_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_ENGLISH_UNITS = {"KZT": ("tenge", "tenge"), "RUB": ("rouble", "roubles"), "CNY": ("yuan", "yuan")}
_ENGLISH_BOUNDS = {"about": "about ", "over": "over ", "under": "up to "}
_RUSSIAN_BOUNDS = {"about": "около ", "over": "более ", "under": "до "}
_KAZAKH_BOUNDS = {"about": "жуық", "over": "астам", "under": "дейін"}

_SPOKEN = "нөл бір екі үш төрт бес алты жеті сегіз тоғыз"
_SPOKEN_TENS = "он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан"
_SPOKEN_DIGITS, _SPOKEN_TEN = _SPOKEN.split(), _SPOKEN_TENS.split()
_VOWEL = re.compile(r"[аәеёиоөұүуыіэюя]")
_VOICELESS = frozenset("пткқсшщчцхфбвгд")


def render(value: float, upper: float | None, unit: str, bound: str, language: Language) -> str:
    """Write a number, or a range up to `upper`, of a unit within a bound ("exact", "about", "over" or "under")."""
    return {"kk": _kazakh, "ru": _russian, "en": _english}[language](value, upper, unit, bound)


def _scaled(value: float, upper: float | None, least: float) -> tuple[float, int]:
    """Return the magnitude, not under `least`, in which the number is short, and its place in the lists; or 1 and -1."""
    for place, magnitude in enumerate(_MAGNITUDES):
        ends = [value] if upper is None else [value, upper]
        if (
            magnitude >= least
            and min(ends) >= magnitude
            and all(round(end / magnitude, 3) == end / magnitude for end in ends)
        ):
            return magnitude, place
    return 1.0, -1


def _digits(value: float, comma: str, group: str, *, least: int = 4) -> str:
    """Write a number; digits are grouped by three from `least` digits on."""
    whole, _, part = f"{abs(value):.9f}".rstrip("0").partition(".")
    grouped = f"{int(whole):,}".replace(",", group) if len(whole) >= least else whole
    return ("−" if value < 0 else "") + grouped + (comma + part if part else "")


def _english(value: float, upper: float | None, unit: str, bound: str) -> str:
    magnitude, place = _scaled(value, upper, 1e6)
    number = _digits(value / magnitude, ".", ",")
    if upper is not None:
        number += f"–{_digits(upper / magnitude, '.', ',')}"
    number = _ENGLISH_SIGNS.get(unit, "") + number + (f" {_ENGLISH_MAGNITUDES[place]}" if place >= 0 else "")
    if unit == "percent":
        number += "%"
    elif unit in _ENGLISH_UNITS:
        number += f" {_ENGLISH_UNITS[unit][value != 1 or upper is not None]}"
    return _ENGLISH_BOUNDS.get(bound, "") + number


def _russian(value: float, upper: float | None, unit: str, bound: str) -> str:
    magnitude, place = _scaled(value, upper, 1e3)
    if magnitude == 1e3 and (value % 1e3 or (upper or 0) % 1e3):
        magnitude, place = 1.0, -1
    number = _digits(value / magnitude, ",", " ", least=5)
    if upper is not None:
        number += f"–{_digits(upper / magnitude, ',', ' ', least=5)}"
    last, genitive = (value if upper is None else upper) / magnitude, bound != "exact"
    if magnitude == 1e3:
        number += f" {_russian_form(last, _THOUSAND, genitive=genitive)}"
    elif place >= 0:
        number += f" {_RUSSIAN_MAGNITUDES[place]}"
    forms = _RUSSIAN_UNITS.get(unit)
    if unit == "percent":
        number += "%"
    elif forms:
        number += f" {forms[2] if place >= 0 else _russian_form(last, forms, genitive=genitive)}"
    return _RUSSIAN_BOUNDS.get(bound, "") + number


def _russian_form(count: float, forms: tuple[str, str, str], *, genitive: bool) -> str:
    """Choose between one, two and five; after около, более and до the genitive: около 21 тысячи, до 2 тысяч."""
    if count != int(count):
        return forms[1]
    ones, tens = int(abs(count)) % 10, int(abs(count)) % 100
    if ones == 1 and tens != 11:
        return forms[1] if genitive else forms[0]
    return forms[1] if 2 <= ones <= 4 and not 12 <= tens <= 14 and not genitive else forms[2]


def _kazakh(value: float, upper: float | None, unit: str, bound: str) -> str:
    magnitude, place = _scaled(value, upper, 1e3)
    if magnitude == 1e3 and (value % 1e3 or (upper or 0) % 1e3):
        magnitude, place = 1.0, -1
    last = (value if upper is None else upper) / magnitude
    number = _digits(value / magnitude, ",", " ", least=5)
    if upper is not None:
        number += f"–{_digits(last, ',', ' ', least=5)}"
    words = [_KAZAKH_MAGNITUDES[place]] if place >= 0 else []
    if unit:
        words.append(_KAZAKH_UNITS.get(unit, unit))
    spoken, text = (words[-1], " ".join([number, *words])) if words else (_last_spoken(last), f"{number}-")
    if bound == "exact":
        return text.removesuffix("-")
    return f"{text}{_case(spoken, away=bound == 'over')} {_KAZAKH_BOUNDS[bound]}"


def _last_spoken(value: float) -> str:
    """Return the word that a number ends with when it is read out: 3500 ends with жүз."""
    digits = f"{abs(value):.9f}".rstrip("0").rstrip(".")
    whole = digits.replace(".", "")
    if "." in digits or whole[-1] != "0" or whole == "0":
        return _SPOKEN_DIGITS[int(whole[-1])]
    zeros = len(whole) - len(whole.rstrip("0"))
    if zeros == 1:
        return _SPOKEN_TEN[int(whole[-2]) - 1]
    return "жүз" if zeros == 2 else _KAZAKH_MAGNITUDES[max(0, 4 - zeros // 3)]


def _case(word: str, *, away: bool) -> str:
    """Return the dative ending of a word, or with `away` the ablative, by vowel harmony and its last sound."""
    vowels = [vowel for vowel in _VOWEL.findall(word) if vowel != "у"]
    soft = vowels[-1] in "әеөүіиэ" or word.endswith("рубль")
    sound = word.rstrip("ь")[-1]
    if not away:
        return (
            ("к" if soft else "қ") + ("е" if soft else "а")
            if sound in _VOICELESS
            else ("г" if soft else "ғ") + ("е" if soft else "а")
        )
    start = "н" if sound in "мнң" else "т" if sound in _VOICELESS else "д"
    return f"{start}{'е' if soft else 'а'}н"
