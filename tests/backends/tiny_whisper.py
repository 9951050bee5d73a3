"""Tiny Whisper models with random weights, in the formats of faster-whisper and mlx-whisper: real libraries, no download.

What they say is noise; that it comes through the real encoder, decoder, tokenizer and alignment is what is tested.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEADS, LAYERS = 16, 2, 2
MELS, AUDIO_CONTEXT, TEXT_CONTEXT = 80, 1500, 448
LANGUAGES = 99
_END = np.tile([0.25, -0.25], WIDTH // 2).astype(np.float32)  # the direction of the end token: length 1, mean 0
TEXT_TOKENS = 50_257  # and 51,865 with the special ones: by this number the libraries know a multilingual model


def special_tokens() -> list[str]:
    """In the order of OpenAI's multilingual vocabulary."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    codes = [c for c in _LANGUAGE_CODES if c != "yue"][:LANGUAGES]
    named = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{c}|>" for c in codes)]
    named += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    return [*named, *(f"<|{k * 0.02:.2f}|>" for k in range(1501))]


def vocabulary() -> list[str]:
    """Every byte, then made-up words, then the special tokens."""
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    words = [f"Ġ{a}{b}{c}{d}" for a in "bdfgklmnprstvz" for b in "aeiou" for c in "bdfgklmnprst" for d in "aeiouy"]
    filling = [f"Ġ{k}" for k in range(TEXT_TOKENS - len(letters) - len(words))]
    return [*letters, *words, *filling, *special_tokens()]


def make_faster_whisper(folder: Path, seed: int = 0) -> Path:
    """A folder that `faster_whisper.WhisperModel` loads; some 5 MB."""
    from ctranslate2.specs.whisper_spec import WhisperSpec
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    folder.mkdir(parents=True)
    tokens = vocabulary()
    rng = np.random.default_rng(seed)
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    _convolution(spec.encoder.conv1, (WIDTH, MELS, 3), rng)
    _convolution(spec.encoder.conv2, (WIDTH, WIDTH, 3), rng)
    spec.encoder.position_encodings.encodings = _random(rng, (AUDIO_CONTEXT, WIDTH))
    spec.decoder.position_encodings.encodings = _positions(rng)
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = _embeddings(rng, len(tokens))
    for part in (spec.encoder, spec.decoder):
        _norm(part.layer_norm)
        for layer in part.layer:
            _attention(layer.self_attention, (3 * WIDTH, WIDTH), rng)
            if part is spec.decoder:
                _attention(layer.attention, (WIDTH, 2 * WIDTH, WIDTH), rng)
            _norm(layer.ffn.layer_norm)
            _linear(layer.ffn.linear_0, 4 * WIDTH, WIDTH, rng)
            _linear(layer.ffn.linear_1, WIDTH, 4 * WIDTH, rng)
    first = TEXT_TOKENS + 2
    spec.config.lang_ids = list(range(first, first + LANGUAGES))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [TEXT_TOKENS]
    spec.config.alignment_heads = [(1, 0), (1, 1)]
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.save(str(folder))

    tokenizer = Tokenizer(models.BPE(vocab={token: k for k, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment]
    tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in tokens[TEXT_TOKENS:]])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def make_mlx_whisper(folder: Path, seed: int = 0) -> Path:
    """A folder that `mlx_whisper` loads; some 4 MB. Needs mlx."""
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_whisper.whisper import ModelDimensions, Whisper

    folder.mkdir(parents=True)
    sizes = {
        "n_mels": MELS, "n_audio_ctx": AUDIO_CONTEXT, "n_audio_state": WIDTH, "n_audio_head": HEADS,
        "n_audio_layer": LAYERS, "n_vocab": TEXT_TOKENS + 1608, "n_text_ctx": TEXT_CONTEXT, "n_text_state": WIDTH,
        "n_text_head": HEADS, "n_text_layer": LAYERS,
    }  # fmt: skip
    rng = np.random.default_rng(seed)
    model = Whisper(ModelDimensions(**sizes), mx.float32)
    weights = {
        name: mx.array(_random(rng, value.shape))
        for name, value in tree_flatten(model.parameters())
        if mx.issubdtype(value.dtype, mx.floating) and "mask" not in name and "ln" not in name
    }
    weights["decoder.positional_embedding"] = mx.array(_positions(rng))
    weights["decoder.token_embedding.weight"] = mx.array(_embeddings(rng, sizes["n_vocab"]))
    mx.savez(str(folder / "weights.npz"), **weights)
    (folder / "config.json").write_text(json.dumps({"model_type": "whisper", **sizes}))
    return folder


def _random(rng: Any, shape: tuple[int, ...], scale: float = 0.2) -> Any:
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def _embeddings(rng: Any, tokens: int) -> Any:
    """Those of timestamps small: Whisper says no word while all of its 1,501 timestamps together are likelier than any."""
    weights = _random(rng, (tokens, WIDTH), 1.0)
    weights[-1501:] *= 0.01
    weights[TEXT_TOKENS] = 8.0 * _END
    return weights


def _positions(rng: Any) -> Any:
    """They turn towards the end of the text, so that it comes after some words."""
    return _random(rng, (TEXT_CONTEXT, WIDTH), 1.0) + np.arange(TEXT_CONTEXT, dtype=np.float32)[:, None] * 0.6 * _END


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def _linear(spec: Any, out: int, into: int, rng: Any) -> None:
    spec.weight, spec.bias = _random(rng, (out, into)), np.zeros(out, np.float32)


def _convolution(spec: Any, shape: tuple[int, ...], rng: Any) -> None:
    spec.weight, spec.bias = _random(rng, shape), np.zeros(shape[0], np.float32)


def _attention(spec: Any, outs: tuple[int, ...], rng: Any) -> None:
    _norm(spec.layer_norm)
    for linear, out in zip(spec.linear, outs, strict=True):
        _linear(linear, out, WIDTH, rng)
