"""Kazakh words that give the language away, and Kazakh written back in its Cyrillic letters.

Readers type Kazakh in several Latin spellings (qazaqşa, qazaqsha, kazaksha) and in Cyrillic without its own
letters (казакша). Known words are restored whole, the rest by letter and vowel harmony, which gets most of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.text.script import skeleton

_COMMON = """
    қанша қандай қалай қайда қашан қайдан қайсы қай неше нешінші неге неліктен кім кімнің кімге кімді кіммен кімдер
    және үшін туралы бойынша арқылы кейін дейін болды болады болып бола болған болса еді екен емес жоқ бар ма ме ба бе
    па пе осы бұл сол ол олар біз сіз бізге оның олардың біздің ал бірақ тағы сондай сонымен бірге қазір биыл былтыр
    бүгін кеше жылы жыл айында ішінде арасында арасындағы деп деді дейді керек қажет мүмкін үлкен жаңа көп өте әлі ең
    басты барлық кейбір бір екі үш төрт бес алты жеті сегіз тоғыз мың қазақ қазақша орыс ел елдер елі елде еліміз қала
    қаласы қалада халық өтеді келді келеді берді береді жатыр отыр жүр тұр басталды ашылды құрылды мемлекет президенті
    үкімет рет сайын тек дейінгі кейінгі деген туған адам адамдар саны түрлі маңызды бала жұмыс қызмет білім сауда
    баға бағасы
"""
_NEWS = """
    қазақстан қазақстандық ресей қытай өзбекстан қырғызстан түркия әзербайжан еуропа еуразия тоқаев назарбаев путин
    астана алматы шымкент қарағанды ақтөбе атырау ақтау қостанай павлодар түркістан семей өскемен мәскеу ақорда
    студент университет институт президент парламент министр министрлік экономика инвестиция компания доллар теңге
    миллиард миллион пайыз газ мұнай электр банк бюджет спорт чемпион фестиваль театр опера музей саммит форум газет
    сұхбат мектеп оқу оқушы оқиды оқып жоғары ұлттық халықаралық ұйым ұйымы одақ одағы ынтымақтастық достастық
    қауіпсіздік шекара серіктес келісім шарт кездесу сапар төраға төрағалық үкімет аким әкім облыс аудан ауыл
    шаруашылық өнеркәсіп өнім құрылыс көлік теміржол жол жоба ғылым мәдениет денсаулық дәрігер ауру тарих соғыс жеңіс
    әскер бейбітшілік тұрғын халқы тұрады тұратын қанды жүзден күн түн апта ай қаңтар ақпан наурыз сәуір мамыр маусым
    шілде тамыз қыркүйек қазан қараша желтоқсан туристік жер су ауа көмір уран алтын бидай астық ет сүт тұжырымдама
    байланыс өзара бірлескен іске қосылды қосты ашты салды құрды жоспар шешім заң сот сайлау партия депутат мәжіліс
    сенат жарлық жолдау реформа гектар бизнес дауыс еңбек өмір қатар
"""
COMMON_WORDS = tuple(_COMMON.split())
_KNOWN = {skeleton(word): word for word in (*_NEWS.split(), *COMMON_WORDS)}
_LENGTHS = sorted({len(bones) for bones in _KNOWN})

_LETTERS = dict(
    zip("abvgdejzklmnoprstufhcwxqäáəöóüúūğǵşñŋńıý", "абвгдежзклмнопрстуфхцухқәәәөөүүұғғшңңңыу", strict=True)
)
_PAIRS = {
    "shch": "щ",
    "sh": "ш",
    "ch": "ч",
    "zh": "ж",
    "kh": "х",
    "gh": "ғ",
    "ts": "ц",
    "ya": "я",
    "yu": "ю",
    "ia": "ия",
}
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{1,64}")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]{1,64}")
_PAIR = re.compile("|".join(_PAIRS))
_VOWEL_Y = re.compile(r"(?<![aeiouäöüāūıy])y(?![aeiouäöü])")
_GLIDE = re.compile(r"(?<=[aeoäö])[iıy]|(?<=[uūü])i")
_IOTATED = re.compile(r"(?<=[aeouäöüyıi])[iy]([au])")
_BACK = re.compile(r"[аыұқғя]|^[^еіиәөү]*$")
_VELAR_N = re.compile(r"ng(?![aeiouyäöüı])")
_GENITIVE = re.compile(r"(?<=[дтн][ыі])н$")
_INNER_U = re.compile(r"(?<=[бвгғджзйкқлмнңпрстфхцчшщ])у(?=[бвгғджзкқлмнңпрстфхцчшщ])")
_BACK_VELAR = re.compile(r"(?<![еіиәөү])[кг](?![^аеиоуыіәөүұ]*[еиіәөү])")
_BACK_CONSONANTS = {"к": "қ", "г": "ғ"}
_FRONT_VOWELS = str.maketrans("ыи", "іі")


@lru_cache(maxsize=1 << 13)
def _from_latin(word: str, *, vowel_y: bool) -> str:
    """Return a lower-case Latin word in Cyrillic, letter by letter; ш, ж and the like before single letters."""
    back = bool(re.search("[aqğǵūy]" if vowel_y else "[aqğǵūı]", word))
    word = _IOTATED.sub(lambda match: "я" if match[1] == "a" else "ю", word)
    word = _PAIR.sub(lambda match: _PAIRS[match.group()], _VELAR_N.sub("ң", word))
    word = _GLIDE.sub("й", word)
    high = {"i": "и" if back else "і", "y": "ы" if vowel_y else "й", "ı": "і" if vowel_y else "ы"}
    return "".join(high.get(letter) or _LETTERS.get(letter, letter) for letter in word)


def _known_stem(word: str) -> tuple[str, str]:
    """Return the known word that this one starts with, in its true spelling, and the rest."""
    bones = skeleton(word)
    starts = {bones[:length] for length in _LENGTHS} & _KNOWN.keys()
    for end in range(len(word), 3, -1) if starts else ():
        if (start := skeleton(word[:end])) in starts:
            return _KNOWN[start], word[end:]
    return _KNOWN.get(bones, ""), "" if bones in _KNOWN else word


@lru_cache(maxsize=1 << 13)
def _restore(word: str, *, velars: bool) -> str:
    """Return a lower-case Cyrillic word with the Kazakh letters that its writer left out."""
    stem, ending = _known_stem(word)
    whole = stem + ending
    if _BACK.search(whole):
        swap = _BACK_CONSONANTS if velars else {"к": "к", "г": "ғ"}
        ending = _BACK_VELAR.sub(lambda match: swap[match.group()], whole)[len(stem) :]
        inner = "ұ"
    else:
        ending, inner = ending.translate(_FRONT_VOWELS), "ү"
        ending = ending if stem else ending[:4].replace("о", "ө") + ending[4:]
    ending = ending if stem else _INNER_U.sub(inner, ending, count=1)
    return _GENITIVE.sub("ң", stem + ending)


def _cased(like: str, word: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def cyrillic_kazakh(text: str) -> str:
    """Return Kazakh with its Latin words in Cyrillic, and its own letters put back where the writer did without."""
    folded = text.lower()
    vowel_y, velars = bool(_VOWEL_Y.search(folded)), not re.search("[qқ]", folded)

    def latin(match: re.Match[str]) -> str:
        word = match.group()
        return _cased(word, _restore(_from_latin(word.lower(), vowel_y=vowel_y), velars=velars))

    def cyrillic(match: re.Match[str]) -> str:
        return _cased(match.group(), _restore(match.group().lower(), velars=True))

    if not re.search("[әғқңөұүһі]", folded):
        text = _CYRILLIC_WORD.sub(cyrillic, text)
    return _LATIN_WORD.sub(latin, text)
