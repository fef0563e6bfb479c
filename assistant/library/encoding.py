"""Which encoder made the vectors of a library, and making them again with another."""

from __future__ import annotations

from collections.abc import Callable

from assistant.errors import EncoderMismatch, LibraryLocked
from assistant.library.indexes import Indexes
from assistant.library.ledger import Ledger
from assistant.library.lock import FolderLock
from assistant.library.rows import Version
from assistant.library.sentences import encode_chunks
from assistant.types import Article, Encoder, Vectors

TextOf = Callable[[Article, int, int], str]
"""Makes what is encoded of a chunk from article, start and end."""


def match_encoder(
    encoder: Encoder,
    ledger: Ledger,
    lock: FolderLock,
    indexes: Indexes,
    wait: float,
    text_of: TextOf | None,
) -> None:
    """Note in a new library whose vectors it will have; make those of another encoder anew if `text_of` is given.

    Raises:
        EncoderMismatch: they are another encoder's, and `text_of` is not given.
        LibraryLocked: somebody else has been writing for all of `wait` seconds.
    """
    if _matches(encoder, ledger, text_of) or ledger.read_only:
        return
    try:
        with lock.held(wait):
            # Another process may have made the library while this one waited: nothing of it may be touched then.
            if not _matches(encoder, ledger, text_of):
                _encode_again(encoder, ledger, indexes, text_of)
    except LibraryLocked:
        if not _matches(encoder, ledger, text_of):
            raise


def _matches(encoder: Encoder, ledger: Ledger, text_of: TextOf | None) -> bool:
    if ledger.note("fingerprint") == encoder.fingerprint:
        return True
    if ledger.newest() >= 0 and text_of is None:
        raise EncoderMismatch(
            f"The library in {ledger.path.parent} was made with the encoder {ledger.note('encoder')!r}, not with"
            f" {encoder.name!r}: their vectors cannot be compared.",
            "Choose that encoder (ASSISTANT_ENCODER), or encode everything again: assistant rebuild",
        )
    return False


def _encode_again(encoder: Encoder, ledger: Ledger, indexes: Indexes, text_of: TextOf | None) -> None:
    def encode(version: Version) -> tuple[Vectors, list[Vectors]]:
        chunks = version.chunks if text_of else ()
        texts = [text_of(version.article, chunk.start, chunk.end) for chunk in chunks] if text_of else []
        return encode_chunks(encoder, texts, [chunk.text for chunk in chunks])

    ledger.drop_pending()
    ledger.reencode(
        encode,
        vectors=indexes.next_path("vectors").name,
        encoder=encoder.name,
        dimension=encoder.dimension,
        fingerprint=encoder.fingerprint,
    )
