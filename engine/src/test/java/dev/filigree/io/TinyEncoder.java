package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A BERT of a few hundred numbers, in the forms in which real ones come. */
final class TinyEncoder {

    static final EncoderConfig CONFIG = new EncoderConfig(8, 2, 2, 12, 11, 16, 2, 1e-12f, Pooling.MEAN, true);

    static final byte[] TOKENIZER = """
            {"version": "1.0", "truncation": null,
             "padding": {"strategy": {"Fixed": 10}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
             "added_tokens": [{"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
               "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "tree": 5, "##s": 6, "grow": 7, ".": 8, "in": 9, "rain": 10}}}
            """.getBytes(StandardCharsets.UTF_8);

    private TinyEncoder() {
    }

    /** Random parameters by name. */
    static Map<String, float[]> parameters() {
        Rng rng = new Rng(7);
        Map<String, float[]> out = new LinkedHashMap<>();
        EncoderNames.parameters(CONFIG).forEach((name, shape) -> {
            float[] values = new float[(int) (shape[0] * (shape.length > 1 ? shape[1] : 1))];
            for (int i = 0; i < values.length; i++) {
                values[i] = rng.nextFloat() - 0.5f;
            }
            out.put(name, values);
        });
        return out;
    }

    static List<StoredTensor> tensors() {
        List<StoredTensor> out = new ArrayList<>();
        parameters().forEach((name, values) -> out.add(StoredTensor.of(name, Floats.of(values), EncoderNames.parameters(CONFIG).get(name))));
        return out;
    }

    /** A graph as PyTorch exports it: named vectors, anonymous dense weights in [in x out] order, LayerNorm and GELU taken apart. */
    static Proto graph() {
        Proto g = new Proto();
        List<Proto> nodes = new ArrayList<>();
        parameters().forEach((name, values) -> {
            long[] shape = EncoderNames.parameters(CONFIG).get(name);
            if (EncoderNames.isLinearWeight(name)) {
                String part = name.substring(0, name.length() - ".weight".length());
                String path = "/" + part.replace('.', '/').replace("layer/", "layer.");
                String anonymous = "onnx::MatMul_" + (100 + nodes.size());
                g.message(5, Proto.tensor(anonymous, turned(values, (int) shape[0], (int) shape[1]), shape[1], shape[0]));
                nodes.add(Proto.node("MatMul", path + "/MatMul", "x," + anonymous, path + "/MatMul_output_0"));
                nodes.add(Proto.node("Add", path + "/Add", part + ".bias," + path + "/MatMul_output_0", path + "/Add_output_0"));
            } else {
                g.message(5, Proto.tensor(name, values, shape));
            }
        });
        nodes.add(Proto.constant("heads", Proto.longs("", CONFIG.heads())));
        nodes.add(Proto.constant("size", Proto.longs("", CONFIG.headSize())));
        nodes.add(Proto.node("Concat", "", "batch,tokens,heads,size", "shape"));
        nodes.add(Proto.node("Reshape", "", "q,shape", "split"));
        nodes.add(Proto.constant("eps", Proto.tensor("", new float[] {CONFIG.layerNormEps()})));
        nodes.add(Proto.node("Add", "", "variance,eps", "shifted"));
        nodes.add(Proto.node("Sqrt", "", "shifted", "deviation"));
        nodes.add(Proto.node("Erf", "", "y", "z"));
        nodes.forEach(n -> g.message(1, n));
        return g;
    }

    static byte[] onnx() {
        return Proto.model(graph());
    }

    static float[] turned(float[] m, int rows, int cols) {
        float[] out = new float[m.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                out[c * rows + r] = m[r * cols + c];
            }
        }
        return out;
    }
}
