"""Near-duplicates: wire copies of one story, found by MinHash bands and confirmed on the texts.

MinHash: Broder, On the resemblance and containment of documents, 1997. With 16 bands of 8 rows, a pair of
similarity 0.9 shares a band with probability 1 - (1 - 0.9**8)**16 > 0.999.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

SIMILAR = 0.9
_SHINGLE = 3
_BANDS = 16
_ROWS = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`words` is the hash of the normalised text, empty when it has no words; `bands` are its LSH keys."""

    words: bytes
    bands: tuple[int, ...]


@lru_cache(
    maxsize=256
)  # an article is looked up when it is read, when it is stored, and once more inside the ledger
def fingerprint(text: str) -> Fingerprint:
    """Make what near-duplicates of the text are looked up by."""
    words = _words(text)
    if not words:
        return Fingerprint(b"", ())
    signature = _empty_signature().copy()
    signature.update_batch([shingle.encode("utf-8", "replace") for shingle in _shingles(words)])
    rows = signature.hashvalues.reshape(_BANDS, _ROWS)
    bands = tuple(_number(bytes([band]) + row.tobytes()) for band, row in enumerate(rows))
    return Fingerprint(blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=16).digest(), bands)


def similarity(first: str, second: str) -> float:
    """Jaccard similarity of two texts' word shingles, which MinHash estimates."""
    ours, theirs = _shingles(_words(first)), _shingles(_words(second))
    union = len(ours | theirs)
    return len(ours & theirs) / union if union else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(words: list[str]) -> set[str]:
    size = min(_SHINGLE, len(words) or 1)
    return {" ".join(words[at : at + size]) for at in range(len(words) - size + 1)}


def _number(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little", signed=True)


@cache
def _empty_signature() -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=crc32)
