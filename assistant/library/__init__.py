"""Where the articles are: a ledger that is the truth, and two indexes that can be made from it anew."""

from assistant.library.library import Library
from assistant.library.records import ArticleRow, Counts, Finding, Outcome

__all__ = ["ArticleRow", "Counts", "Finding", "Library", "Outcome"]
