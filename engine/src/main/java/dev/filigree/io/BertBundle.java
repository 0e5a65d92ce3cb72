package dev.filigree.io;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filigree.base.Pooling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A jar with a BERT of Google as it was published: an inner archive with a {@link TensorflowBundle} and a word list. Parameters come under
 * the names of Hugging Face, {@code cls.predictions} of its masked-language-model head among them, weights turned to {@code [out x in]}.
 */
public final class BertBundle {

    private static final long LONGEST = 2L << 30;
    private static final String INDEX = "variables/variables.index";
    private static final String DATA = "variables/variables.data-00000-of-00001";
    private static final String WORDS = "assets/vocab.txt";
    /** Every published BERT has heads of so many features; the files do not say. */
    private static final int HEAD = 64;
    private static final float EPS = 1e-12f;
    private static final JsonNodeFactory NEW = JsonNodeFactory.instance;

    private BertBundle() {
    }

    /**
     * Opens one.
     *
     * @param inner how the name of the inner archive ends
     */
    public static StoredEncoder open(Path jar, String inner) {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try (Archive archive = new Archive(jar)) {
            String name = archive.only(inner);
            Map<String, MemorySegment> files = archive.nested(name, List.of(INDEX, DATA, WORDS), LONGEST, arena);
            StoredEncoder e = of(archive.source(name), bytes(files.get(INDEX)), files.get(DATA), bytes(files.get(WORDS)), arena);
            done = true;
            return e;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    private static byte[] bytes(MemorySegment s) {
        return s.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The same of what the inner archive holds; {@code data} is changed. */
    static StoredEncoder of(String source, byte[] index, MemorySegment data, byte[] words, Arena arena) {
        List<StoredTensor> tensors = new ArrayList<>();
        Checkpoint all = TensorflowBundle.read(source, index, data, arena);
        for (StoredTensor t : all.tensors()) {
            String name = name(t.name());
            tensors.add(t.name().endsWith("/kernel") && t.shape().length == 2 && t.type() == DType.F32 ? turned(t, name) : t.renamed(name));
        }
        Checkpoint weights = new Checkpoint(source, tensors, Map.of(), arena);
        List<String> vocabulary = new String(words, StandardCharsets.UTF_8).lines().toList();
        EncoderConfig config = config(weights);
        if (vocabulary.size() != config.vocab()) {
            throw Faults.corrupt(source, "has embeddings of " + config.vocab() + " words, and its list has " + vocabulary.size());
        }
        return new StoredEncoder(config, weights, tokenizer(source, vocabulary));
    }

    /** {@code module/bert/encoder/layer_3/output/LayerNorm/gamma} is {@code encoder.layer.3.output.LayerNorm.weight}. */
    static String name(String theirs) {
        String name = theirs.replaceFirst("^(.*/)?bert/", "").replaceFirst("^(.*/)?cls/", "cls/").replaceFirst("layer_(\\d)", "layer/$1")
                .replaceFirst("/(kernel|gamma)$", "/weight").replaceFirst("/beta$", "/bias").replaceFirst("/output_bias$", "/bias");
        return (name.endsWith("_embeddings") ? name + "/weight" : name).replace('/', '.');
    }

    /** {@code [in x out]} as {@code [out x in]} in the same memory. */
    private static StoredTensor turned(StoredTensor t, String name) {
        long rows = t.shape()[0];
        long cols = t.shape()[1];
        try (Arena brief = Arena.ofConfined()) {
            MemorySegment copy = brief.allocate(Math.max(1, t.data().byteSize()), 64).copyFrom(t.data());
            for (long r = 0; r < rows; r++) {
                for (long c = 0; c < cols; c++) {
                    t.data().setAtIndex(StoredTensor.FLOAT, c * rows + r, copy.getAtIndex(StoredTensor.FLOAT, r * cols + c));
                }
            }
        }
        return new StoredTensor(name, t.type(), new long[] {cols, rows}, t.data());
    }

    private static EncoderConfig config(Checkpoint w) {
        int[] words = shape(w, "embeddings.word_embeddings.weight");
        int layers = 0;
        while (w.has(EncoderNames.part(layers, "attention.self.query") + ".weight")) {
            layers++;
        }
        int inner = shape(w, EncoderNames.part(0, "intermediate.dense") + ".weight")[0];
        return new EncoderConfig(words[1], layers, Math.max(1, words[1] / HEAD), inner, words[0], shape(w, "embeddings.position_embeddings.weight")[0],
                shape(w, "embeddings.token_type_embeddings.weight")[0], EPS, Pooling.MEAN, false);
    }

    private static int[] shape(Checkpoint w, String name) {
        long[] shape = w.tensor(name).shape();
        if (shape.length != 2 || shape[0] > Integer.MAX_VALUE || shape[1] > Integer.MAX_VALUE) {
            throw Faults.corrupt(w.source(), "holds " + Faults.quote(name) + " as " + w.tensor(name).shapeText() + ", expected two dimensions");
        }
        return new int[] {(int) shape[0], (int) shape[1]};
    }

    /** What the word list means, as a {@code tokenizer.json}. */
    private static byte[] tokenizer(String source, List<String> words) {
        ObjectNode vocab = NEW.objectNode();
        for (int i = 0; i < words.size(); i++) {
            if (vocab.has(words.get(i))) {
                throw Faults.corrupt(source, "lists the word " + Faults.quote(words.get(i)) + " twice");
            }
            vocab.put(words.get(i), i);
        }
        ArrayNode added = NEW.arrayNode();
        for (String special : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
            if (!vocab.has(special)) {
                throw Faults.corrupt(source, "lists no word " + special);
            }
            added.add(NEW.objectNode().put("content", special).put("special", true).set("id", vocab.get(special)));
        }
        ObjectNode file = NEW.objectNode().put("version", "1.0");
        file.set("added_tokens", added);
        file.set("normalizer", NEW.objectNode().put("type", "BertNormalizer").put("lowercase", true));
        file.set("pre_tokenizer", NEW.objectNode().put("type", "BertPreTokenizer"));
        ObjectNode around = NEW.objectNode().put("type", "BertProcessing");
        around.set("sep", NEW.arrayNode().add("[SEP]").add(vocab.get("[SEP]").intValue()));
        around.set("cls", NEW.arrayNode().add("[CLS]").add(vocab.get("[CLS]").intValue()));
        file.set("post_processor", around);
        ObjectNode model = NEW.objectNode().put("type", "WordPiece").put("unk_token", "[UNK]");
        model.set("vocab", vocab);
        file.set("model", model);
        return file.toString().getBytes(StandardCharsets.UTF_8);
    }
}
