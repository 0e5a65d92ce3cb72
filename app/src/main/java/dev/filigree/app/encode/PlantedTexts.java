package dev.filigree.app.encode;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.EncoderNames;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.io.StoredTensor;
import dev.filigree.retrieve.judged.Judgements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A made-up collection in which words miss what was meant: every concept has two words, a document uses one of them, and queries
 * may use the other; and a small model of random weights in whose table of words the two lie near each other. So a search by words
 * finds half, the model finds more, and an encoder can learn from it which words to add.
 */
public final class PlantedTexts {

    private static final int HIDDEN = 64;
    private static final int TOPICS = 12;
    private static final int CONCEPTS = 120;
    private static final int COMMON = 20;
    private static final int MAIN = 3;
    private static final int BESIDE = 5;
    private static final int LETTERS = 26;
    private static final int SPECIAL = 4;
    private static final float TWIN = 0.5f;
    private static final float BRANCH = 0.05f;

    private PlantedTexts() {
    }

    /** Documents, queries and judgements. */
    public static Collection collection(int documents, int queries, long seed) {
        Rng rng = new Rng(seed).split("planted texts");
        List<String> ids = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        int[][] main = new int[documents][MAIN];
        for (int d = 0; d < documents; d++) {
            int topic = rng.nextInt(TOPICS);
            List<String> words = new ArrayList<>();
            for (int i = 0; i < MAIN + BESIDE; i++) {
                int concept = topic + TOPICS * rng.nextInt(CONCEPTS / TOPICS);
                String word = word(2 * concept + rng.nextInt(2));
                words.add(word);
                if (i < MAIN) {
                    main[d][i] = concept;
                    words.add(word);
                }
                words.add(word(2 * CONCEPTS + rng.nextInt(COMMON)));
            }
            ids.add("d" + d);
            texts.add(String.join(" ", words));
        }
        Map<String, String> asked = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> gains = new LinkedHashMap<>();
        for (int q = 0; q < queries; q++) {
            int source = rng.nextInt(documents);
            List<String> words = new ArrayList<>();
            for (int concept : main[source]) {
                words.add(word(2 * concept + rng.nextInt(2)));
            }
            Map<String, Integer> right = new LinkedHashMap<>();
            for (int d = 0; d < documents; d++) {
                int shared = 0;
                for (int concept : main[source]) {
                    shared += main[d][0] == concept || main[d][1] == concept || main[d][2] == concept ? 1 : 0;
                }
                if (shared == MAIN || shared == MAIN - 1) {
                    right.put("d" + d, 1);
                }
            }
            asked.put("q" + q, String.join(" ", words));
            gains.put("q" + q, right);
        }
        return new Collection(ids, texts, asked, new Judgements(gains));
    }

    /** The model; its memory lives as long as it is open. */
    public static StoredEncoder model() {
        try {
            Path folder = Files.createTempDirectory("filigree-planted");
            try {
                write(folder);
                return ModelFolder.open(folder, Optional.of(Pooling.MEAN));
            } finally {
                try (Stream<Path> all = Files.walk(folder)) {
                    all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete()); // what was mapped stays readable
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The model as a folder. */
    public static void write(Path folder) {
        EncoderConfig config = new EncoderConfig(HIDDEN, 1, 2, HIDDEN, SPECIAL + 2 * CONCEPTS + COMMON, 64, 1, 1e-12f, Pooling.MEAN, true);
        Rng rng = new Rng(0).split("planted model");
        List<StoredTensor> tensors = new ArrayList<>();
        EncoderNames.parameters(config).forEach((name, shape) -> tensors.add(StoredTensor.of(name, values(name, shape, rng.split(name)), shape)));
        ModelFolder.write(folder, config, tokenizer(), tensors, Map.of(), Map.of());
    }

    private static Floats values(String name, long[] shape, Rng rng) {
        int rows = (int) shape[0];
        int cols = shape.length > 1 ? (int) shape[1] : 1;
        Floats f = Floats.allocate(rows * cols);
        if (name.contains("word_embeddings")) {
            float[] topic = new float[TOPICS * cols];
            float[] concept = new float[CONCEPTS * cols];
            for (int i = 0; i < topic.length; i++) {
                topic[i] = (float) rng.nextGaussian();
            }
            for (int i = 0; i < concept.length; i++) {
                concept[i] = (float) rng.nextGaussian() + TWIN * topic[i / cols % TOPICS * cols + i % cols];
            }
            for (int r = SPECIAL; r < rows; r++) {
                int c = (r - SPECIAL) / 2;
                for (int j = 0; j < cols; j++) {
                    f.set(r * cols + j, TWIN * (float) rng.nextGaussian() + (c < CONCEPTS ? concept[c * cols + j] : 0));
                }
            }
            return f;
        }
        boolean gain = name.endsWith("LayerNorm.weight");
        boolean weight = cols > 1 && name.startsWith("encoder");
        for (int i = 0; i < f.length(); i++) {
            f.set(i, gain ? 1 : weight ? BRANCH / (float) Math.sqrt(cols) * (float) rng.nextGaussian() : 0);
        }
        return f;
    }

    private static String word(int number) {
        return "x" + (char) ('a' + number / LETTERS) + (char) ('a' + number % LETTERS);
    }

    private static byte[] tokenizer() {
        StringBuilder vocabulary = new StringBuilder("\"[PAD]\": 0, \"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3");
        for (int i = 0; i < 2 * CONCEPTS + COMMON; i++) {
            vocabulary.append(", \"").append(word(i)).append("\": ").append(SPECIAL + i);
        }
        return ("""
                {"version": "1.0", "added_tokens": [],
                 "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
                 "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
                 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {%s}}}
                """.formatted(vocabulary)).getBytes(StandardCharsets.UTF_8);
    }
}
