#!/usr/bin/env python3
"""Writes tiny random language models as Hugging Face folders, and the scores that they give.

Everything is computed here in double precision from the published formulas, one token at a time and with no code of
Filigree, so that its tests have something independent to agree with:

    python3 tools/make-decoders.py engine/src/test/resources/dev/filigree/io/decoders
"""
import json
import pathlib
import struct
import sys

import numpy as np

VOCAB, CONTEXT, HIDDEN, INNER, LAYERS, HEADS, KEYS = 13, 12, 16, 24, 2, 4, 2
IDS = [3, 0, 7, 12, 1, 1, 5]
THETA = 100.0


def save(folder, config, tensors, scores):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    tokens = ["a", "b", "ab"] + [chr(ord("c") + i) for i in range(VOCAB - 3)]
    tokenizer = {"version": "1.0", "added_tokens": [], "normalizer": None, "post_processor": None,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
                 "decoder": {"type": "ByteLevel"},
                 "model": {"type": "BPE", "vocab": {t: i for i, t in enumerate(tokens)}, "merges": ["a b"]}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer) + "\n")
    header, data = {}, b""
    for name, values in tensors.items():
        raw = values.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    lines = [" ".join("%.9g" % s for s in row) for row in scores]
    (folder / "scores.txt").write_text(" ".join(map(str, IDS)) + "\n" + "\n".join(lines) + "\n")


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def attend(q, keys, values, heads, shared):
    size = len(q) // heads
    out = np.zeros(len(q))
    for h in range(heads):
        k = h // (heads // shared)
        part = slice(h * size, (h + 1) * size)
        theirs = slice(k * size, (k + 1) * size)
        weights = softmax(np.array([q[part] @ key[theirs] / np.sqrt(size) for key in keys]))
        out[part] = sum(w * v[theirs] for w, v in zip(weights, values))
    return out


def rounded(rng, *shape, scale):
    """What a file of 32-bit floats holds, in double precision."""
    return (rng.standard_normal(shape) * scale).astype(np.float32).astype(np.float64)


def llama(rng, scaling=None):
    size = HIDDEN // HEADS if scaling is None else HIDDEN // 2
    heads, keys = HIDDEN // size, min(KEYS, HIDDEN // size)
    t = {"model.embed_tokens.weight": rounded(rng, VOCAB, HIDDEN, scale=1), "lm_head.weight": rounded(rng, VOCAB, HIDDEN, scale=0.5),
         "model.norm.weight": 1 + rounded(rng, HIDDEN, scale=0.1)}
    for i in range(LAYERS):
        p = "model.layers.%d." % i
        t[p + "input_layernorm.weight"] = 1 + rounded(rng, HIDDEN, scale=0.1)
        t[p + "post_attention_layernorm.weight"] = 1 + rounded(rng, HIDDEN, scale=0.1)
        for name, rows, cols in (("self_attn.q_proj", HIDDEN, HIDDEN), ("self_attn.k_proj", keys * size, HIDDEN), ("self_attn.v_proj", keys * size, HIDDEN),
                                 ("self_attn.o_proj", HIDDEN, HIDDEN), ("mlp.gate_proj", INNER, HIDDEN), ("mlp.up_proj", INNER, HIDDEN), ("mlp.down_proj", HIDDEN, INNER)):
            t[p + name + ".weight"] = rounded(rng, rows, cols, scale=0.4)
    t = {k: v.astype(np.float32).astype(np.float64) for k, v in t.items()}

    def rms(x, gain):
        return gain * x / np.sqrt((x * x).mean() + 1e-5)

    def slower(frequency):
        """What a scaling makes of radians a token, as transformers' documentation of rope types has it, from wavelengths."""
        if scaling is None:
            return frequency
        if scaling["rope_type"] == "linear":
            return frequency / scaling["factor"]
        length, old = 2 * np.pi / frequency, scaling["original_max_position_embeddings"]
        if length < old / scaling["high_freq_factor"]:
            return frequency
        if length > old / scaling["low_freq_factor"]:
            return frequency / scaling["factor"]
        smooth = (old / length - scaling["low_freq_factor"]) / (scaling["high_freq_factor"] - scaling["low_freq_factor"])
        return (1 - smooth) * frequency / scaling["factor"] + smooth * frequency

    def turn(x, position):
        out = x.copy()
        for h in range(0, len(x), size):
            for i in range(size // 2):
                angle = position * slower(THETA ** (-2 * i / size))
                a, b = x[h + i], x[h + i + size // 2]
                out[h + i] = a * np.cos(angle) - b * np.sin(angle)
                out[h + i + size // 2] = b * np.cos(angle) + a * np.sin(angle)
        return out

    memory = [([], []) for _ in range(LAYERS)]
    scores = []
    for position, token in enumerate(IDS):
        x = t["model.embed_tokens.weight"][token]
        for i in range(LAYERS):
            def w(name):
                return t["model.layers.%d.%s.weight" % (i, name)]
            n = rms(x, w("input_layernorm"))
            memory[i][0].append(turn(w("self_attn.k_proj") @ n, position))
            memory[i][1].append(w("self_attn.v_proj") @ n)
            x = x + w("self_attn.o_proj") @ attend(turn(w("self_attn.q_proj") @ n, position), *memory[i], heads, keys)
            n = rms(x, w("post_attention_layernorm"))
            gate = w("mlp.gate_proj") @ n
            x = x + w("mlp.down_proj") @ (gate / (1 + np.exp(-gate)) * (w("mlp.up_proj") @ n))
        scores.append(t["lm_head.weight"] @ rms(x, t["model.norm.weight"]))
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCAB, "max_position_embeddings": CONTEXT, "hidden_size": HIDDEN,
              "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": heads, "num_key_value_heads": keys, "rms_norm_eps": 1e-5,
              "rope_theta": THETA, "hidden_act": "silu", "tie_word_embeddings": False, "torch_dtype": "float32", "rope_scaling": scaling}
    return config, t, scores


def gpt2(rng):
    t = {"transformer.wte.weight": rounded(rng, VOCAB, HIDDEN, scale=0.7), "transformer.wpe.weight": rounded(rng, CONTEXT, HIDDEN, scale=0.3)}
    for name in ["ln_f"] + ["h.%d.ln_%d" % (i, j) for i in range(LAYERS) for j in (1, 2)]:
        t["transformer.%s.weight" % name] = 1 + rounded(rng, HIDDEN, scale=0.1)
        t["transformer.%s.bias" % name] = rounded(rng, HIDDEN, scale=0.1)
    for i in range(LAYERS):
        for name, inputs, outputs in (("attn.c_attn", HIDDEN, 3 * HIDDEN), ("attn.c_proj", HIDDEN, HIDDEN), ("mlp.c_fc", HIDDEN, INNER), ("mlp.c_proj", INNER, HIDDEN)):
            t["transformer.h.%d.%s.weight" % (i, name)] = rounded(rng, inputs, outputs, scale=0.5)
            t["transformer.h.%d.%s.bias" % (i, name)] = rounded(rng, outputs, scale=0.2)
    t = {k: v.astype(np.float32).astype(np.float64) for k, v in t.items()}

    def norm(x, name):
        centred = x - x.mean()
        return t["transformer.%s.weight" % name] * centred / np.sqrt((centred * centred).mean() + 1e-5) + t["transformer.%s.bias" % name]

    memory = [([], []) for _ in range(LAYERS)]
    scores = []
    for position, token in enumerate(IDS):
        x = t["transformer.wte.weight"][token] + t["transformer.wpe.weight"][position]
        for i in range(LAYERS):
            def linear(name, v):
                return v @ t["transformer.h.%d.%s.weight" % (i, name)] + t["transformer.h.%d.%s.bias" % (i, name)]
            q, k, v = np.split(linear("attn.c_attn", norm(x, "h.%d.ln_1" % i)), 3)
            memory[i][0].append(k)
            memory[i][1].append(v)
            x = x + linear("attn.c_proj", attend(q, *memory[i], HEADS, HEADS))
            u = linear("mlp.c_fc", norm(x, "h.%d.ln_2" % i))
            x = x + linear("mlp.c_proj", 0.5 * u * (1 + np.tanh(np.sqrt(2 / np.pi) * (u + 0.044715 * u ** 3))))
        scores.append(t["transformer.wte.weight"] @ norm(x, "ln_f"))
    config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": VOCAB, "n_positions": CONTEXT, "n_ctx": CONTEXT, "n_embd": HIDDEN, "n_inner": INNER,
              "n_layer": LAYERS, "n_head": HEADS, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "attn_pdrop": 0.1}
    return config, t, scores


if __name__ == "__main__":
    home = pathlib.Path(sys.argv[1])
    save(home / "llama", *llama(np.random.default_rng(1)))
    save(home / "llama-linear", *llama(np.random.default_rng(3), {"rope_type": "linear", "factor": 4.0}))
    save(home / "llama3", *llama(np.random.default_rng(4), {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}))
    save(home / "gpt2", *gpt2(np.random.default_rng(2)))
