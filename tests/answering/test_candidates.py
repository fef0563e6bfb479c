from assistant.answering.candidates import candidates
from assistant.types import Article, Chunk, Hit

TEXT = (
    "Қалада он екі жаңа көпір салынды. Олардың төртеуі темір жол үшін.\n\n"
    "The harbour was deepened in spring. It can now take larger ships.\n"
    "Порт углубили весной. Из них два причала новые."
)


FIRST = TEXT.index("\n")


def hit(text: str, start: int, end: int, *, name: str = "a", score: float = 1.0) -> Hit:
    article = Article(id=name, text=text, title="Title")
    return Hit(
        article=article,
        chunk=Chunk(id=start, article_id=name, start=start, end=end, text=text[start:end]),
        score=score,
    )


def test_every_candidate_is_a_span_of_its_article():
    found = candidates([hit(TEXT, 0, FIRST), hit(TEXT, FIRST + 2, len(TEXT))])
    assert len(found) == 6
    for one in found:
        assert TEXT[one.start : one.end] == one.text
        assert one.text.strip() == one.text
    assert found[0].before is None
    assert [one.leans for one in found] == [False, True, False, True, False, True]


def test_the_sentence_before_may_stand_in_another_chunk():
    second = TEXT.index("Олардың")
    (only,) = candidates([hit(TEXT, second, TEXT.index("\n"))])
    assert only.context == "Қалада он екі жаңа көпір салынды."
    assert only.standalone == f"{only.context} {only.text}"


def test_a_sentence_counts_once_where_it_is_found_first():
    again = hit(TEXT, 0, 33, name="b", score=0.5)
    found = candidates([hit(TEXT, 0, FIRST), hit(TEXT, 0, FIRST), again])
    assert [(one.hit.article.id, one.rank) for one in found] == [("a", 0), ("a", 0)]


def test_a_time_is_no_anaphor():
    text = "Бірінші сөйлем осы. Осы жылы көпір салынды. This year the port grew. В этом году порт вырос."
    found = candidates([hit(text, 0, len(text))])
    assert not any(one.leans for one in found)
