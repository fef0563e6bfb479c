from assistant.retrieval.across import TranslatingRetriever, fused
from assistant.types import Article, Chunk, Filters, Hit


def hit(number, language="en"):
    article = Article(id=f"a{number}", text="x", language=language)
    return Hit(
        article=article,
        chunk=Chunk(id=number, article_id=article.id, start=0, end=1, text="x"),
        score=9.0,
        ranks={"dense": 1},
    )


class Recorder:
    def __init__(self):
        self.asked = []

    def search(self, question, limit=10, filters=None):
        self.asked.append((question, filters))
        language = filters.language if filters else None
        return [hit(at + (100 if language else 0), language or "en") for at in range(1, limit + 1)]


class Phrasebook:
    def __init__(self, **known):
        self.known = known

    def begin(self, text, languages):
        return lambda: {one: self.known[one] for one in languages if one in self.known}


def test_each_translation_is_searched_in_its_own_language():
    recorder = Recorder()
    retriever = TranslatingRetriever(recorder, Phrasebook(kk="Қайда?", ru="Где?"), lambda: ["kk", "en"])
    found = retriever.search("Where is it held this year?", 6, Filters(publisher="Steppe"))
    assert recorder.asked == [
        ("Where is it held this year?", Filters(publisher="Steppe")),
        ("Қайда?", Filters(publisher="Steppe", language="kk")),
    ]
    assert len(found) == 6
    assert {one.article.language for one in found} == {"en", "kk"}
    assert any("asked in kk" in one.ranks for one in found)


def test_without_translations_the_search_is_as_before():
    recorder = Recorder()
    retriever = TranslatingRetriever(recorder, Phrasebook(), lambda: ["kk", "en", "ru"])
    assert [one.chunk.id for one in retriever.search("Where is it held?", 3)] == [1, 2, 3]
    assert len(recorder.asked) == 1
    assert recorder.asked == [("Where is it held?", None)]


def test_a_filter_on_the_questions_own_language_needs_no_translation():
    recorder = Recorder()
    TranslatingRetriever(recorder, Phrasebook(kk="Қайда?"), lambda: ["kk", "en"]).search(
        "Where is it held?", 3, Filters(language="en")
    )
    assert len(recorder.asked) == 1


def test_every_language_keeps_its_quota():
    own = [hit(at) for at in range(10)]
    other = [hit(50, "kk"), *[hit(at) for at in range(9)]]
    found = fused({"": own, "kk": other}, 4)
    assert len(found) == 4
    assert 50 in [one.chunk.id for one in found]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_hit_of_several_rankings_counts_once():
    found = fused({"": [hit(1), hit(2)], "ru": [hit(2)]}, 5)
    assert [one.chunk.id for one in found] == [2, 1]
