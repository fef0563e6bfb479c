"""The built-in weights as modules of sentence-transformers, named in each folder's modules.json.

    SentenceTransformer(str(WEIGHTS / "encoder"), trust_remote_code=True)
    CrossEncoder(str(WEIGHTS / "reranker"), trust_remote_code=True)

`trust_remote_code` is needed because these two classes are ours; nothing else is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule

from assistant.encoders.builtin import BuiltinEncoder
from assistant.encoders.onnx import OnnxModel


class _TextsIn(InputModule):  # type: ignore[misc]  # the base class has no types
    """Hands texts (or pairs) as they are to a model that reads text."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = Path(folder)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Keep the texts for `forward`."""
        texts = self._prepend_prompt(list(inputs), prompt) if prompt else list(inputs)
        return {"texts": texts}

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the folder's files."""
        target = Path(output_path)
        target.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            (target / path.name).write_bytes(path.read_bytes())

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **_: Any) -> _TextsIn:
        """Load from a folder."""
        return cls(str(Path(model_name_or_path) / subfolder))


class SentenceEncoder(_TextsIn):
    """The built-in encoder as a module that gives sentence_embedding."""

    def __init__(self, folder: str) -> None:
        """Load the weights."""
        super().__init__(folder)
        self.encoder = BuiltinEncoder(self.folder)

    def get_sentence_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dimension

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Embed the texts, shape (n, dimension)."""
        return {
            **features,
            "sentence_embedding": torch.from_numpy(self.encoder.encode_passages(features["texts"])),
        }


class PairScorer(_TextsIn):
    """The built-in reranker as a module that gives scores (uncalibrated logits)."""

    def __init__(self, folder: str) -> None:
        """Load the weights."""
        super().__init__(folder)
        self.model = OnnxModel(self.folder)

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Score the pairs, shape (n, 1)."""
        pairs = [(str(left), str(right)) for left, right in features["texts"]]
        return {**features, "scores": torch.from_numpy(self.model.run(pairs))[:, None]}
