"""The shipped weights: three languages in one space, threads, damage, the folders in sentence-transformers."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.encoders import load_encoder, load_reranker
from assistant.encoders.builtin import WEIGHTS, BuiltinEncoder, BuiltinReranker
from assistant.errors import EncoderError

needs_reranker = pytest.mark.skipif(
    not (WEIGHTS / "reranker").exists(), reason="the reranker's weights are not shipped yet"
)
SAME = {
    "kk": [
        "Биыл елде отыз жаңа мектеп ашылды.",
        "Көлік министрі жаңа теміржолды таныстырды.",
        "Ұлттық банк базалық мөлшерлемені өзгерткен жоқ.",
    ],
    "ru": [
        "В этом году в стране открыли тридцать новых школ.",
        "Министр транспорта представил новую железную дорогу.",
        "Национальный банк не изменил базовую ставку.",
    ],
    "en": [
        "Thirty new schools opened in the country this year.",
        "The transport minister presented a new railway.",
        "The national bank left its base rate unchanged.",
    ],
}


@pytest.mark.parametrize(("left", "right"), [("en", "kk"), ("ru", "kk"), ("en", "ru")])
def test_a_sentence_is_nearest_to_its_translation(left: str, right: str):
    encoder = load_encoder()
    scores = encoder.encode_queries(SAME[left]) @ encoder.encode_passages(SAME[right]).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_threads_get_what_one_gets():
    encoder = load_encoder()
    texts = [f"{text} {number}" for number in range(8) for text in SAME["kk"]]
    alone = encoder.encode_passages(texts)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: encoder.encode_passages([text])[0], texts))
    np.testing.assert_allclose(np.array(rows), alone, atol=1e-4)


@needs_reranker
def test_reranker_prefers_the_sentence_that_answers():
    reranker = load_reranker()
    assert reranker is not None
    for question in (
        "How many new schools opened this year?",
        "Сколько новых школ открылось?",
        "Биыл қанша мектеп ашылды?",
    ):
        for texts in SAME.values():
            scores = reranker.score(question, texts)
            assert scores.argmax() == 0
            assert ((scores >= 0) & (scores <= 1)).all()
    assert reranker.score("anything", []).shape == (0,)


def test_damaged_weights_are_refused(tmp_path: Path):
    folder = tmp_path / "encoder"
    shutil.copytree(WEIGHTS / "encoder", folder)
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    with pytest.raises(EncoderError, match=r"model\.onnx differs"):
        BuiltinEncoder(folder)
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(EncoderError, match="cannot be read"):
        BuiltinEncoder(folder)


def test_unknown_models_are_refused(tmp_path: Path):
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(str(tmp_path / "nothing"))


def test_no_reranker_is_none():
    assert load_reranker("none") is None


@pytest.mark.skipif((WEIGHTS / "reranker").exists(), reason="the reranker's weights are shipped")
def test_a_reranker_without_weights_is_refused():
    with pytest.raises(EncoderError, match="cannot be read"):
        load_reranker("builtin")


def test_shipped_weights_fit_the_repository():
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()) <= 64 * 2**20


def test_no_heavy_import():
    code = "import sys; from assistant.encoders import *; load_encoder(); print({'torch', 'sentence_transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_sentence_transformers_loads_the_encoder():
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(WEIGHTS / "encoder"), trust_remote_code=True, local_files_only=True)
    np.testing.assert_allclose(
        model.encode(SAME["kk"]), load_encoder().encode_passages(SAME["kk"]), atol=1e-5
    )


@needs_reranker
def test_sentence_transformers_loads_the_reranker():
    from sentence_transformers import CrossEncoder

    pairs = CrossEncoder(str(WEIGHTS / "reranker"), trust_remote_code=True, local_files_only=True)
    scores = pairs.predict([("Биыл қанша мектеп ашылды?", text) for text in SAME["kk"]])
    ours = BuiltinReranker().score("Биыл қанша мектеп ашылды?", SAME["kk"])
    assert np.argsort(scores).tolist() == np.argsort(ours).tolist()


def test_a_sentence_beyond_what_is_read_is_encoded_by_itself():
    encoder = load_encoder("builtin")
    last = "The bridge over the river opened in May."
    text = "The weather was fine and the people were out. " * 60 + last
    span = (len(text) - len(last), len(text))
    _, (first, beyond) = encoder.encode_spans([text, text], [[(0, 45)], [span]])
    np.testing.assert_allclose(beyond[0], encoder.encode_passages([last])[0], atol=2e-4)
    assert float(first[0] @ encoder.encode_passages([text[:45]])[0]) > 0.5


def test_a_sentence_in_its_passage_is_nearest_to_itself():
    encoder = load_encoder("builtin")
    for sentences in SAME.values():
        text, spans = " ".join(sentences), []
        for sentence in sentences:
            start = text.index(sentence)
            spans.append((start, start + len(sentence)))
        near = encoder.encode_spans([text], [spans])[1][0] @ encoder.encode_passages(sentences).T
        assert near.argmax(axis=1).tolist() == [0, 1, 2]
