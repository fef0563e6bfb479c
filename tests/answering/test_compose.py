from datetime import date

from assistant.answering.candidates import candidates
from assistant.answering.compose import cite, write
from assistant.types import Article, Chunk, Hit

TEXT = "Қалада он екі жаңа көпір салынды. Олардың төртеуі темір жол үшін. Порт та кеңейді [2]. Халық риза."


def chosen(text=TEXT, language="kk", **extra):
    article = Article(
        id="a", text=text, language=language, publisher="Дала", published=date(2024, 3, 5), **extra
    )
    whole = Hit(
        article=article, chunk=Chunk(id=1, article_id="a", start=0, end=len(text), text=text), score=1.0
    )
    return candidates([whole])


def written(passages, short, language):
    return "".join(piece for piece, _ in write(passages, short, language))


def test_the_best_sentence_is_first_and_brings_the_one_it_needs():
    found = chosen()
    passages = cite([found[1], found[2]])
    assert [one.marker for passage in passages for one in passage.citations] == [2, 1, 3]
    text = written(passages, "4", "kk")
    assert (
        text
        == "Қалада он екі жаңа көпір салынды. Олардың төртеуі темір жол үшін. [1][2] Порт та кеңейді (2). [3]"
    )


def test_quotes_are_exact_and_at_most_three():
    for passage in cite(chosen()):
        for one in passage.citations:
            assert one.article.text[one.start : one.end] == one.quote
    assert max(one.marker for passage in cite(chosen()) for one in passage.citations) == 3


def test_a_sentence_already_there_is_not_cited_twice():
    found = chosen()
    passages = cite([found[1], found[0]])
    assert len(passages) == 1


def test_another_language_gets_the_bare_answer_first_and_the_source_after():
    text = written(cite(chosen()[:1]), "twelve", "en")
    assert text == "Twelve [1].\n\n«Қалада он екі жаңа көпір салынды.» [1] — Дала, 5 March 2024"


def test_without_a_bare_answer_the_language_of_the_article_is_named():
    assert written(cite(chosen()[:1]), None, "ru").startswith("Из статьи на казахском языке:\n\n«")


def test_yes_is_said_in_the_readers_own_language_too():
    assert written(cite(chosen()[:1]), "Иә", "kk").startswith("Иә [1].\n\nҚалада")
