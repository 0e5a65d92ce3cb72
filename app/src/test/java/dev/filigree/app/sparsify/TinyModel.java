package dev.filigree.app.sparsify;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.EncoderNames;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.Store;
import dev.filigree.io.StoredEncoder;
import dev.filigree.io.StoredTensor;
import dev.filigree.io.WeightReader;
import dev.filigree.io.WeightWriter;
import dev.filigree.model.Bert;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A person's own model and texts, small enough to be sparsified in seconds: a random BERT over forty words. */
public final class TinyModel {

    private static final int WORDS = 40;
    private static final EncoderConfig CONFIG = new EncoderConfig(16, 2, 2, 32, WORDS + 4, 32, 2, 1e-12f, Pooling.MEAN, true);

    private TinyModel() {
    }

    /** Writes a Hugging Face folder. */
    public static Path write(Path folder) {
        Rng rng = new Rng(7);
        List<StoredTensor> tensors = new ArrayList<>();
        EncoderNames.parameters(CONFIG).forEach((name, shape) -> {
            Floats values = Floats.allocate((int) (shape[0] * (shape.length > 1 ? shape[1] : 1)));
            for (int i = 0; i < values.length(); i++) {
                values.set(i, rng.nextFloat() - 0.5f);
            }
            tensors.add(StoredTensor.of(name, values, shape));
        });
        ModelFolder.write(folder, CONFIG, tokenizer().getBytes(StandardCharsets.UTF_8), tensors, Map.of(), Map.of());
        return folder;
    }

    /** Writes that model with four of five weights of its linear layers gone, in {@code folder}, and without a plan. */
    public static Path sparse(Path folder) {
        try (StoredEncoder dense = ModelFolder.open(write(folder), Optional.empty()); Arena arena = Arena.ofShared()) {
            WeightWriter writer = new WeightWriter(arena, Store.named("fp32"));
            Bert model = new Bert(CONFIG, new WeightReader(dense.weights(), arena)::weight);
            model.sites().forEach(s -> model.param(s).set(fifth(arena, model.param(s).forward())));
            model.params().forEach(p -> writer.add(p.name(), p.forward()));
            ModelFolder.write(folder, CONFIG, dense.tokenizer(), writer.tensors(), writer.metadata(), writer.config());
        }
        return folder;
    }

    private static Weight fifth(Arena arena, Weight w) {
        Topology.Builder b = new Topology.Builder(w.rows(), w.cols(), 16);
        w.forEach((r, c, slot, v) -> {
            if ((r + 2 * c) % 5 == 0) {
                b.add(r, c);
            }
        });
        Topology t = b.build();
        Floats values = Floats.allocate(t.count());
        w.forEach((r, c, slot, v) -> {
            if ((r + 2 * c) % 5 == 0) {
                values.set(t.find(r, c), v);
            }
        });
        return Layout.CSR.pack(arena, t, values);
    }

    /** Writes sentences, one a line. */
    public static Path sentences(Path file) throws IOException {
        Rng rng = new Rng(8);
        return Files.write(file, IntStream.range(0, 400).mapToObj(i -> sentence(rng)).distinct().toList());
    }

    /** Writes scored pairs. */
    public static Path pairs(Path file) throws IOException {
        Rng rng = new Rng(9);
        return Files.write(file, IntStream.range(0, 30).mapToObj(i -> i % 6 + "\t" + sentence(rng) + "\t" + sentence(rng)).toList());
    }

    private static String sentence(Rng rng) {
        return IntStream.range(0, 5 + rng.nextInt(8)).mapToObj(i -> "word" + (char) ('a' + rng.nextInt(26))).collect(Collectors.joining(" "));
    }

    private static String tokenizer() {
        String words = IntStream.range(0, WORDS).mapToObj(i -> ", \"" + (i < 26 ? "word" + (char) ('a' + i) : "other" + i) + "\": " + (i + 4))
                .collect(Collectors.joining());
        return """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                 "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
                 "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
                 "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
                 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                   "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3%s}}}
                """.formatted(words);
    }
}
