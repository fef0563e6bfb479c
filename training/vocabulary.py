"""The student's vocabulary: the teacher's Latin pieces and Cyrillic pieces learned from the data.

A new piece starts at the embedding of its likeliest English translations (IBM Model 1, Brown et al. 1993,
run over word pieces of the parallel rows), or, where it is rare, of its romanised form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from corpus import LATIN
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CYRILLIC = re.compile(r"[\u0400-\u052f]+")
LATIN_PIECE = re.compile(r"(##)?[\x21-\x7e\u2010-\u2026€£§°«»№]+$")
COMMON = 22_000  # the teacher's pieces stand in the order of their frequency; these are kept, used or not
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
FOLDED = {
    "a": "áàâäãåāăą",
    "e": "éèêëēę",
    "i": "íìîïīıİ",
    "o": "óòôöõōő",
    "u": "úùûüūű",
    "n": "ñń",
    "g": "ğǵ",
    "s": "şšś",
    "c": "çćč",
    "z": "žźż",
    "y": "ýÿ",
    "е": "ё",
}


def normalizer() -> normalizers.Normalizer:
    """NFKC, lower case, control characters out; accents go from Latin letters only, and ё becomes е."""
    folds = [normalizers.Replace(Regex(f"[{chars}]"), plain) for plain, chars in FOLDED.items()]
    clean = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=True
    )
    return normalizers.Sequence([normalizers.NFKC(), clean, *folds, normalizers.Replace("\u0307", "")])


def learn_cyrillic_pieces(texts: Iterable[str], size: int) -> list[str]:
    """Learn `size` WordPieces from the Cyrillic words of the texts."""
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learner.normalizer = normalizer()
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=size, min_frequency=3, show_progress=False)
    learner.train_from_iterator((" ".join(CYRILLIC.findall(text)) for text in texts), trainer)
    pieces = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    return [piece for piece, _ in pieces if CYRILLIC.fullmatch(piece.removeprefix("##"))]


def build_tokenizer(teacher: Tokenizer, cyrillic: Sequence[str]) -> Tokenizer:
    """Make the student's tokenizer: special tokens, the teacher's Latin pieces, the Cyrillic ones."""
    latin = [
        piece
        for piece, _ in sorted(teacher.get_vocab().items(), key=lambda item: item[1])
        if LATIN_PIECE.match(piece) and not piece.startswith("[")
    ]
    latin += [mark for mark in ("[", "##[") if mark in teacher.get_vocab()]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys([*SPECIAL, *latin, *cyrillic]))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=60))
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    return tokenizer


def translation_table(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]], foreign: int, english: int, rounds: int = 5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimate p(english piece | foreign piece) with IBM Model 1.

    Returns three arrays of one length: foreign id, English id, probability. The foreign id `foreign` is
    the empty word.
    """
    keys, slots, slot = [], [], 0
    for left, right in pairs:
        f = np.unique(np.array([*left[:48], foreign]))
        e = np.unique(np.array(right[:48]))
        keys.append((f[:, None] * english + e[None, :]).ravel())
        slots.append(np.broadcast_to(np.arange(slot, slot + len(e)), (len(f), len(e))).ravel())
        slot += len(e)
    unique, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    slot_of = np.concatenate(slots)
    f_of = unique // english
    table = np.full(len(unique), 1.0)
    for _ in range(rounds):
        share = table[inverse]
        share /= np.bincount(slot_of, share, minlength=slot)[slot_of]
        counts = np.bincount(inverse, share, minlength=len(unique))
        table = counts / np.bincount(f_of, counts, minlength=foreign + 1)[f_of]
    return f_of, unique % english, table


def romanised_embedding(piece: str, teacher: Tokenizer, weights: np.ndarray) -> np.ndarray:
    """Average the teacher's pieces of a Cyrillic piece written in Latin letters."""
    latin = "".join(LATIN.get(char, "") for char in piece.removeprefix("##"))
    tokens = teacher.encode(latin, add_special_tokens=False).tokens if latin else ["[UNK]"]
    if piece.startswith("##"):
        tokens = [token if token.startswith("##") else f"##{token}" for token in tokens]
    known = [index for index in map(teacher.token_to_id, tokens) if index is not None]
    return weights[known or [teacher.token_to_id("[UNK]")]].mean(axis=0)


def initial_embeddings(
    student: Tokenizer,
    teacher: Tokenizer,
    weights: np.ndarray,
    pairs: Sequence[tuple[str, str]],
) -> np.ndarray:
    """Give each student piece its starting embedding, shape (student vocabulary, dim), float32."""
    size = student.get_vocab_size()
    left = [e.ids for e in student.encode_batch([a for a, _ in pairs], add_special_tokens=False)]
    right = [e.ids for e in teacher.encode_batch([b for _, b in pairs], add_special_tokens=False)]
    f, e, p = translation_table(list(zip(left, right, strict=True)), size, teacher.get_vocab_size())
    seen = np.bincount(np.concatenate([np.array(ids, dtype=np.int64) for ids in left]), minlength=size + 1)
    sharp = np.where(p > 0.02, p**1.5, 0.0)
    keep = sharp > 0
    f, e, sharp = f[keep], e[keep], sharp[keep]
    total = np.bincount(f, sharp, minlength=size + 1)
    norm = np.linalg.norm(weights, axis=1).mean()
    start = np.zeros((size, weights.shape[1]), dtype=np.float32)
    translated = np.zeros((size + 1, weights.shape[1]), dtype=np.float32)
    np.add.at(translated, f, (sharp / total[f])[:, None].astype(np.float32) * weights[e])
    for piece, index in student.get_vocab().items():
        known = teacher.token_to_id(piece)
        if known is not None and not CYRILLIC.search(piece):
            start[index] = weights[known]
            continue
        roman = romanised_embedding(piece, teacher, weights)
        trust = seen[index] / (seen[index] + 4.0) if total[index] else 0.0
        mixed = trust * translated[index] + (1 - trust) * roman
        start[index] = mixed * (0.9 * norm / max(float(np.linalg.norm(mixed)), 1e-6))
    return start


def used_pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """Return the ids to keep, ascending: what the texts use, single characters, and the commonest Latin pieces."""
    used = np.zeros(tokenizer.get_vocab_size(), dtype=bool)
    for encoding in tokenizer.encode_batch(list(texts)):
        used[encoding.ids] = True
    for piece, index in tokenizer.get_vocab().items():
        single = len(piece.removeprefix("##")) == 1
        common = index < COMMON and not CYRILLIC.search(piece)
        used[index] |= single or common or piece in SPECIAL
    return np.flatnonzero(used)


def pruned(tokenizer: Tokenizer, keep: np.ndarray) -> Tokenizer:
    """Return the tokenizer with these pieces only, numbered anew in their order."""
    spec = json.loads(tokenizer.to_str())
    pieces = {index: piece for piece, index in spec["model"]["vocab"].items()}
    spec["model"]["vocab"] = {pieces[int(index)]: at for at, index in enumerate(keep)}
    if [spec["model"]["vocab"][piece] for piece in SPECIAL] != list(range(len(SPECIAL))):
        message = "the special tokens must stay first"
        raise ValueError(message)
    return Tokenizer.from_str(json.dumps(spec))


def save_tokenizer(tokenizer: Tokenizer, folder: Path, max_length: int) -> None:
    """Write tokenizer.json and the configuration that transformers reads."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": max_length,
        **{f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")},
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
