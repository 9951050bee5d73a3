"""A tiny qwen2_vl with random weights: the real mlx-vlm loads it, looks at pictures and answers noise. No download."""

from __future__ import annotations

import json
from pathlib import Path

WIDTH, HEADS, LAYERS = 32, 2, 2
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_tiny_vlm(folder: Path, seed: int = 0) -> Path:
    """A folder that `mlx_vlm.load` loads; under 1 MB."""
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_vlm.models.qwen2_vl import Model, ModelConfig, TextConfig, VisionConfig

    folder.mkdir(parents=True)
    config = _config(_tokenizer(folder))
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    _preprocessing(folder)
    mx.random.seed(seed)
    made = ModelConfig.from_dict(json.loads(json.dumps(config)))
    made.text_config, made.vision_config = TextConfig.from_dict(config), VisionConfig.from_dict(config["vision_config"])
    model = Model(made)
    weights = {name: 0.3 * mx.random.normal(value.shape) for name, value in tree_flatten(model.parameters())}
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    return folder


def _tokenizer(folder: Path) -> dict[str, int]:
    """A byte-level BPE without merges: every byte a token, then the special ones."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: k for k, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    told = {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "chat_template": CHAT, "model_max_length": 4096,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    return {token: int(tokenizer.token_to_id(token)) for token in SPECIAL}


def _config(ids: dict[str, int]) -> dict[str, object]:
    vocabulary = 256 + len(SPECIAL)
    return {
        "model_type": "qwen2_vl", "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "intermediate_size": 64,
        "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "rms_norm_eps": 1e-6, "vocab_size": vocabulary,
        "max_position_embeddings": 4096, "rope_theta": 10000.0, "rope_scaling": {"type": "mrope", "mrope_section": [4, 2, 2]},
        "tie_word_embeddings": False, "image_token_id": ids["<|image_pad|>"], "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"], "vision_end_token_id": ids["<|vision_end|>"],
        "eos_token_id": ids["<|im_end|>"],
        "vision_config": {
            "model_type": "qwen2_vl", "depth": 1, "embed_dim": WIDTH, "hidden_size": WIDTH, "num_heads": HEADS,
            "patch_size": 14, "spatial_patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "in_channels": 3,
            "mlp_ratio": 2,
        },
    }  # fmt: skip


def _preprocessing(folder: Path) -> None:
    told = {
        "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2, "temporal_patch_size": 2,
        "min_pixels": 28 * 28, "max_pixels": 28 * 28 * 16, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
        "do_resize": True, "do_rescale": True, "do_normalize": True, "do_convert_rgb": True,
        "processor_class": "Qwen2VLProcessor",
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(told), encoding="utf-8")
