#!/usr/bin/env python3
"""Writes tiny random sparse encoders as sentence-transformers stores them, and the vectors that they give.

Everything is computed here in double precision from the published formulas, one text at a time and with no code of
Filigree, so that its tests have something independent to agree with:

    python3 tools/make-sparse-encoders.py engine/src/test/resources/dev/filigree/encode
"""
import json
import math
import pathlib
import struct
import sys

import numpy as np

TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "sparse", "net", "##work", "##s", "prune", "weight", "the", "of", "?", ",", "unused"]
HIDDEN, INNER, LAYERS, HEADS, POSITIONS = 8, 12, 2, 2, 12
# Each text with its tokens, cut by hand: the longest piece from the left.
TEXTS = [("Networks prune the weights", ["net", "##work", "##s", "prune", "the", "weight", "##s"]),
         ("sparse,sparse net?", ["sparse", ",", "sparse", "net", "?"]),
         ("of zebras", ["of", "[UNK]"]),
         ("the the the of of of prune prune prune sparse", ["the"] * 3 + ["of"] * 3 + ["prune"] * 3 + ["sparse"])]
SPARSE = "sentence_transformers.sparse_encoder.models."


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def tensors(path, values):
    header, data = {}, b""
    for name, v in values.items():
        raw = v.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(v.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def tokenizer(folder, longest):
    special = [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
               for i, t in enumerate(TOKENS[:5])]
    write(folder / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
                           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                           "pair": [], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                  "vocab": {t: i for i, t in enumerate(TOKENS)}}})
    write(folder / "tokenizer_config.json", {"model_max_length": longest, "tokenizer_class": "BertTokenizer", "do_lower_case": True})


def gelu(x):
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def norm(x, gain, shift):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * gain + shift


def random(seed, distil, tied):
    """Parameters under the names that the kind of model has in a file, as a file of 32-bit floats holds them."""
    rng = np.random.default_rng(seed)
    p = {}

    def put(name, *shape, mean=0.0):
        p[name] = (mean + rng.standard_normal(shape) * 0.6).astype(np.float32).astype(np.float64)

    def linear(name, out, of):
        put(name + ".weight", out, of)
        put(name + ".bias", out)

    def layer_norm(name):
        put(name + ".weight", HIDDEN, mean=1.0)
        put(name + ".bias", HIDDEN)

    e = ("distilbert" if distil else "bert") + ".embeddings."
    put(e + "word_embeddings.weight", len(TOKENS), HIDDEN)
    put(e + "position_embeddings.weight", POSITIONS, HIDDEN)
    if not distil:
        put(e + "token_type_embeddings.weight", 2, HIDDEN)
    layer_norm(e + "LayerNorm")
    for i in range(LAYERS):
        at = ("distilbert.transformer.layer.%d." if distil else "bert.encoder.layer.%d.") % i
        for name in names(distil)[:4]:
            linear(at + name, HIDDEN, HIDDEN)
        layer_norm(at + names(distil)[4])
        linear(at + names(distil)[5], INNER, HIDDEN)
        linear(at + names(distil)[6], HIDDEN, INNER)
        layer_norm(at + names(distil)[7])
    if distil:
        linear("vocab_transform", HIDDEN, HIDDEN)
        layer_norm("vocab_layer_norm")
        put("vocab_projector.bias", len(TOKENS))
    else:
        linear("cls.predictions.transform.dense", HIDDEN, HIDDEN)
        layer_norm("cls.predictions.transform.LayerNorm")
        put("cls.predictions.bias", len(TOKENS))
    if not tied:
        put("vocab_projector.weight" if distil else "cls.predictions.decoder.weight", len(TOKENS), HIDDEN)
    return p


def names(distil):
    if distil:
        return ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm"]
    return ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
            "intermediate.dense", "output.dense", "output.LayerNorm"]


def scores(p, ids, distil):
    """[tokens x vocabulary]"""
    def linear(name, x):
        return x @ p[name + ".weight"].T + p[name + ".bias"]

    def layer_norm(name, x):
        return norm(x, p[name + ".weight"], p[name + ".bias"])

    e = ("distilbert" if distil else "bert") + ".embeddings."
    x = p[e + "word_embeddings.weight"][ids] + p[e + "position_embeddings.weight"][:len(ids)]
    if not distil:
        x = x + p[e + "token_type_embeddings.weight"][0]
    x = layer_norm(e + "LayerNorm", x)
    for i in range(LAYERS):
        at = ("distilbert.transformer.layer.%d." if distil else "bert.encoder.layer.%d.") % i
        q, k, v = (linear(at + n, x) for n in names(distil)[:3])
        size = HIDDEN // HEADS
        context = np.zeros_like(x)
        for h in range(HEADS):
            part = slice(h * size, (h + 1) * size)
            a = np.exp(q[:, part] @ k[:, part].T / math.sqrt(size))
            context[:, part] = a / a.sum(-1, keepdims=True) @ v[:, part]
        x = layer_norm(at + names(distil)[4], x + linear(at + names(distil)[3], context))
        x = layer_norm(at + names(distil)[7], x + linear(at + names(distil)[6], gelu(linear(at + names(distil)[5], x))))
    head = ["vocab_transform", "vocab_layer_norm", "vocab_projector"] if distil else ["cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.decoder"]
    x = layer_norm(head[1], gelu(linear(head[0], x)))
    table = p.get(head[2] + ".weight", p[e + "word_embeddings.weight"])
    return x @ table.T + p["vocab_projector.bias" if distil else "cls.predictions.bias"]


def model(folder, seed, distil, tied, longest):
    p = random(seed, distil, tied)
    if distil:
        config = {"model_type": "distilbert", "architectures": ["DistilBertForMaskedLM"], "dim": HIDDEN, "n_layers": LAYERS, "n_heads": HEADS, "hidden_dim": INNER,
                  "max_position_embeddings": POSITIONS, "activation": "gelu", "vocab_size": len(TOKENS)}
    else:
        config = {"model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
                  "intermediate_size": INNER, "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "vocab_size": len(TOKENS)}
    if not tied:
        config["tie_word_embeddings"] = False
    write(folder / "config.json", config)
    write(folder / "sentence_bert_config.json", {"max_seq_length": longest, "do_lower_case": False})
    tokenizer(folder, POSITIONS)
    tensors(folder / "model.safetensors", p)
    return p


def vector(p, tokens, distil, longest, pool, twice):
    ids = [TOKENS.index(t) for t in ["[CLS]"] + tokens[:longest - 2] + ["[SEP]"]]
    z = np.log1p(np.maximum(0, scores(p, ids, distil)))
    z = np.log1p(z) if twice else z
    return z.max(0) if pool == "max" else z.sum(0)


def expected(folder, rows):
    lines = ["\t".join([side, text] + ["%s:%.7g" % (TOKENS[i], w) for i, w in enumerate(v) if w > 0]) for side, text, v in rows]
    (folder / "expected.tsv").write_text("\n".join(lines) + "\n")


def main(out):
    # queries by a table, documents by a BERT whose scores use its table of words; cut after 9 tokens
    folder = out / "routed"
    longest = 9
    p = model(folder / "document_0_MLMTransformer", 1, False, True, longest)
    write(folder / "document_1_SpladePooling" / "config.json", {"pooling_strategy": "max", "activation_function": "relu", "word_embedding_dimension": len(TOKENS)})
    table = np.abs(np.random.default_rng(2).standard_normal(len(TOKENS))).astype(np.float32).astype(np.float64)
    table[TOKENS.index("the")] = 0
    query = folder / "query_0_SparseStaticEmbedding"
    write(query / "config.json", {"frozen": False})
    tokenizer(query, 4)
    tensors(query / "model.safetensors", {"weight": table})
    write(folder / "router_config.json", {
        "types": {"query_0_SparseStaticEmbedding": SPARSE + "SparseStaticEmbedding.SparseStaticEmbedding",
                  "document_0_MLMTransformer": SPARSE + "MLMTransformer.MLMTransformer", "document_1_SpladePooling": SPARSE + "SpladePooling.SpladePooling"},
        "structure": {"query": ["query_0_SparseStaticEmbedding"], "document": ["document_0_MLMTransformer", "document_1_SpladePooling"]},
        "parameters": {"default_route": "document", "allow_empty_key": True}})
    write(folder / "config_sentence_transformers.json", {"model_type": "SparseEncoder", "prompts": {"query": "", "document": ""}, "default_prompt_name": None, "similarity_fn_name": "dot"})
    write(folder / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Router"}])
    rows = []
    for text, tokens in TEXTS:
        rows.append(("document", text, vector(p, tokens, False, longest, "max", False)))
        rows.append(("query", text, np.array([w if t in tokens[:4] else 0 for t, w in zip(TOKENS, table)])))
    expected(folder, rows)

    # one DistilBERT with a table of scores of its own for both sides, sums of twofold logarithms, a prompt before queries, newer names of modules
    folder = out / "twice"
    p = model(folder, 3, True, False, None)
    write(folder / "1_SpladePooling" / "config.json", {"pooling_strategy": "sum", "activation_function": "log1p_relu", "embedding_dimension": len(TOKENS)})
    write(folder / "config_sentence_transformers.json", {"model_type": "SparseEncoder", "prompts": {"query": "of ", "document": ""}, "default_prompt_name": None, "similarity_fn_name": "dot"})
    write(folder / "sentence_bert_config.json", {"transformer_task": "fill-mask"})
    write(folder / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
                                    {"idx": 1, "name": "1", "path": "1_SpladePooling", "type": "sentence_transformers.sparse_encoder.modules.splade_pooling.SpladePooling"}])
    rows = []
    for text, tokens in TEXTS:
        rows.append(("document", text, vector(p, tokens, True, POSITIONS, "sum", True)))
        rows.append(("query", text, vector(p, ["of"] + tokens, True, POSITIONS, "sum", True)))
    expected(folder, rows)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
