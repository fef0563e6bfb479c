import pytest

from assistant.answering.questions import analyse_question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many bridges were opened last year?", "number"),
        ("What percentage of the harvest was exported?", "percent"),
        ("How much did the new hospital cost?", "money"),
        ("What is the budget of the region?", "money"),
        ("When will the museum open?", "date"),
        ("In which year was the canal dug?", "date"),
        ("Who signed the agreement?", "person"),
        ("Where did the ministers meet?", "place"),
        ("In which city does the fair take place?", "place"),
        ("Which company builds the line?", "name"),
        ("Why did the river flood?", "why"),
        ("Is the tunnel the longest in Asia?", "yesno"),
        ("Which countries are members of the union?", "list"),
        ("What is a data centre?", "definition"),
        ("How do farmers water their fields?", "how"),
        ("What did the minister say about wheat?", "what"),
        ("Сколько мостов открыли в прошлом году?", "number"),
        ("В скольких сёлах есть библиотека?", "number"),
        ("Какая доля урожая ушла на экспорт?", "percent"),
        ("Какой процент жителей проголосовал?", "percent"),
        ("Сколько стоит новая больница?", "money"),
        ("Во сколько обошёлся ремонт моста?", "money"),
        ("Когда откроется музей?", "date"),
        ("В каком году построили канал?", "date"),
        ("Кто подписал соглашение?", "person"),
        ("Где встретились министры?", "place"),
        ("Какая компания строит дорогу?", "name"),
        ("Почему река вышла из берегов?", "why"),
        ("Является ли тоннель самым длинным в Азии?", "yesno"),
        ("Какие страны входят в союз?", "list"),
        ("Что такое дата-центр?", "definition"),
        ("Как поливают поля?", "how"),
        ("Былтыр қанша көпір ашылды?", "number"),
        ("Ауылда неше кітапхана бар?", "number"),
        ("Астықтың қанша пайызы экспортқа кетті?", "percent"),
        ("Жаңа аурухана қаншаға түсті?", "money"),
        ("Мұражай қашан ашылады?", "date"),
        ("Арна қай жылы қазылды?", "date"),
        ("Келісімге кім қол қойды?", "person"),
        ("Министрлер қайда кездесті?", "place"),
        ("Жәрмеңке қай қалада өтеді?", "place"),
        ("Жолды қай компания салып жатыр?", "name"),
        ("Өзен неге тасыды?", "why"),
        ("Туннель Азиядағы ең ұзын туннель ме?", "yesno"),
        ("Одаққа қандай елдер кіреді?", "list"),
        ("Деректер орталығы деген не?", "definition"),
        ("Егінді қалай суарады?", "how"),
    ],
)
def test_kind(text, kind):
    assert analyse_question(text).kind == kind


def test_kazakh_without_its_letters_and_in_latin_script():
    assert analyse_question("Былтыр канша копир ашылды?").kind == "number"
    latin = analyse_question("Byltyr qansha köpir ashyldy?")
    assert (latin.language, latin.kind) == ("kk", "number")
    assert "қанша" in latin.text


def test_focus_is_what_is_counted():
    assert analyse_question("How many new schools were built?").focus == "new schools"
    assert analyse_question("Сколько школ построили?").focus.startswith("школ")
    assert analyse_question("Неше мектеп салынды?").focus.startswith("мектеп")
