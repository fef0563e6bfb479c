"""Real encoders of every kind: the shipped one, a tiny sentence-transformers folder, a local provider."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from assistant.encoders import HashEncoder, load_encoder
from assistant.types import Encoder

WORDS = [
    "the",
    "a",
    "student",
    "students",
    "study",
    "in",
    "russia",
    "how",
    "many",
    "қазақстан",
    "ресей",
    "студент",
    "сколько",
    "қанша",
]


def write_tiny_bert(folder: Path, labels: int | None = None) -> None:
    """Write a random two-layer BERT with a word-level tokenizer, as transformers would."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    tokenizer = Tokenizer(models.WordLevel({name: at for at, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    ).save_pretrained(folder)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(vocab_size=len(names), max_position_embeddings=64, **size)
    if labels is None:
        BertModel(config).save_pretrained(folder)
    else:
        config.num_labels = labels
        BertForSequenceClassification(config).save_pretrained(folder)


class EmbeddingsServer(BaseHTTPRequestHandler):
    """The embeddings endpoint of an OpenAI-compatible server, over HashEncoder."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        vectors = HashEncoder(48).encode_passages(body["input"])
        data = [
            {"object": "embedding", "index": i, "embedding": row.tolist()} for i, row in enumerate(vectors)
        ]
        reply = {
            "object": "list",
            "data": data,
            "model": body["model"],
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }
        content = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet."""


@pytest.fixture(scope="session")
def embeddings_url() -> Iterator[str]:
    """Address of a running embeddings server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), EmbeddingsServer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session", params=["hash", "builtin", "sentence-transformers", "provider"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """One encoder of each kind."""
    if request.param == "hash":
        return HashEncoder()
    if request.param == "builtin":
        return load_encoder("builtin")
    if request.param == "provider":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OPENAI_API_KEY", "none")
            patch.setenv("OPENAI_BASE_URL", request.getfixturevalue("embeddings_url"))
            return load_encoder("openai:hash-48")
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_bert(folder)
    return load_encoder(str(folder))
