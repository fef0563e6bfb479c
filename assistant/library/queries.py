"""What is asked of the ledger. A filter is four parameters, each NULL when it does not filter."""

from __future__ import annotations

import json
from collections.abc import Iterable

from assistant.types import Filters

_LIVE = """
v.state = 'live'
    AND (:since IS NULL OR v.published >= :since)
    AND (:until IS NULL OR v.published <= :until)
    AND (:language IS NULL OR v.language = :language)
    AND (:publisher IS NULL OR v.publisher_key = :publisher)
"""


def _filtered(sql: str) -> str:
    return sql.replace("LIVE", _LIVE)


COUNT_CHUNKS = _filtered("""
SELECT coalesce(sum(v.chunk_count), 0) FROM versions AS v
WHERE v.born > :born AND LIVE
""")
LIVE_CHUNKS = _filtered("""
SELECT c.id FROM json_each(:ids) AS i CROSS JOIN chunks AS c ON c.id = i.value
CROSS JOIN versions AS v ON v.id = c.version WHERE LIVE
""")
CHUNKS = """
SELECT c.id AS chunk, c.start, c."end", v.* FROM json_each(:ids) AS i CROSS JOIN chunks AS c ON c.id = i.value
CROSS JOIN versions AS v ON v.id = c.version WHERE v.state = 'live'
"""
LANGUAGES = """
SELECT c.id, v.language FROM json_each(:ids) AS i CROSS JOIN chunks AS c ON c.id = i.value
CROSS JOIN versions AS v ON v.id = c.version WHERE v.state = 'live'
"""
VECTORS_OF = """
SELECT c.id, substr(e.vectors, (c.id - v.first_chunk) * :size + 1, :size) AS vector,
    coalesce(s.vectors, x'') AS sentences
FROM json_each(:ids) AS i CROSS JOIN chunks AS c ON c.id = i.value
CROSS JOIN versions AS v ON v.id = c.version CROSS JOIN embeddings AS e ON e.version = v.id
LEFT JOIN sentences AS s ON s.chunk = c.id
"""
VECTORS = _filtered("""
SELECT v.first_chunk, v.chunk_count, e.vectors FROM versions AS v CROSS JOIN embeddings AS e ON e.version = v.id
WHERE v.chunk_count > 0 AND v.born > :born AND LIVE
""")
ARTICLES = _filtered("""
SELECT v.* FROM versions AS v WHERE LIVE ORDER BY v.published DESC, v.article LIMIT :limit OFFSET :offset
""")
COPIES = """
SELECT v.* FROM json_each(:ids) AS i CROSS JOIN versions AS v ON v.original = i.value
WHERE v.original != '' AND v.state = 'live' ORDER BY v.id
"""
COPIES_ALONE = """
SELECT v.article FROM versions AS v WHERE v.state = 'live' AND v.original != '' AND NOT EXISTS
    (SELECT 1 FROM versions AS o WHERE o.article = v.original AND o.state = 'live' AND o.chunk_count > 0)
"""
COUNTS = """
SELECT count(*) AS articles, sum(chunk_count) AS chunks, min(published) AS first, max(published) AS last
FROM versions WHERE state = 'live'
"""
BY_LANGUAGE = (
    "SELECT coalesce(language, ''), count(*) FROM versions WHERE state = 'live' GROUP BY 1 ORDER BY 2 DESC"
)
# Two ids with one URL are one article where one of the ids is that URL; sources that name their rows mean two.
IDENTITY = "(article = :article OR (url = :url AND url != '' AND (article = :url OR :article = :url)))"
SAME = f"""
SELECT * FROM versions WHERE state IN ('live', :state) AND {IDENTITY}
ORDER BY id DESC
"""  # noqa: S608  # nosec B608  constants only
SAME_WORDS = """
SELECT * FROM versions
WHERE words_hash = :words AND words_hash != x'' AND state IN ('live', :state) AND original = ''
"""
SAME_BANDS = """
SELECT v.*, count(*) AS shared FROM json_each(:bands) AS i CROSS JOIN bands AS b ON b.hash = i.value
CROSS JOIN versions AS v ON v.id = b.version
WHERE v.state IN ('live', :state) AND v.original = '' GROUP BY v.id ORDER BY shared DESC LIMIT 8
"""
INSERT = """
INSERT INTO versions (article, state, first_chunk, chunk_count, url, title, publisher, publisher_key, published,
    language, original, added, text_hash, words_hash, text)
VALUES (:article, 'pending', :first_chunk, :chunk_count, :url, :title, :publisher, :publisher_key, :published,
    :language, :original, :added, :text_hash, :words_hash, :text)
"""
RETIRE_OLDER = f"""
UPDATE versions SET state = 'retired'
WHERE id < :id AND state = 'live' AND {IDENTITY}
"""  # noqa: S608  # nosec B608  constants only


def parameters(filters: Filters | None, **others: object) -> dict[str, object]:
    """Make the parameters of a query from a filter and others."""
    filters = filters or Filters()
    return {
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "language": filters.language,
        "publisher": publisher_key(filters.publisher) if filters.publisher else None,
        **others,
    }


def numbers(ids: Iterable[int]) -> str:
    """Make the parameter of a query that has many ids."""
    return json.dumps([int(id_) for id_ in ids])


def publisher_key(publisher: str) -> str:
    """Make publishers that differ by case or spaces only the same."""
    return " ".join(publisher.casefold().split())
