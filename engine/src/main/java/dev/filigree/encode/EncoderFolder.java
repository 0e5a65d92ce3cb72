package dev.filigree.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.infer.PlanFile;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.AtomicFile;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.Safetensors;
import dev.filigree.io.Store;
import dev.filigree.io.WeightWriter;
import dev.filigree.ops.Held;
import dev.filigree.retrieve.Bm25;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A sparse encoder of words as a folder, in a form of its own: {@code words} (the words and what they weigh), {@code model} (the one below,
 * in Hugging Face layout) and {@code head}; {@value #FILE}, which says what it is made of, is written last. An index may keep the first and
 * the last alone.
 */
final class EncoderFolder {

    static final String FILE = "sparse_encoder.json";

    private static final String WORDS = "words";
    private static final String MODEL = "model";
    private static final String HEAD = "head";
    private static final String FORMAT = "filigree-sparse-encoder-2";
    private static final ObjectMapper JSON = new ObjectMapper();

    private EncoderFolder() {
    }

    private record Stored(String format, EncoderRecipe recipe, int window, int longest) {
    }

    static void write(Path folder, SparseEncoder e) {
        write(folder, e, model -> {
            try (Arena arena = Arena.ofShared()) {
                WeightWriter weights = new WeightWriter(arena, Store.F32);
                for (Held p : e.below().params()) {
                    weights.keep(p.name(), withoutZeros(arena, p.forward()));
                }
                Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
                e.plan().ifPresent(p -> metadata.put(PlanFile.KEY, PlanFile.write(p)));
                ModelFolder.write(model, e.model().config(), e.tokenizer(), weights.tensors(), metadata, weights.config());
            }
        });
    }

    /** @param below writes the model, as a folder of its own */
    static void write(Path folder, SparseEncoder e, Consumer<Path> below) {
        AtomicFile.createFolders(folder.resolve(HEAD));
        try (Arena arena = Arena.ofShared()) {
            WeightWriter head = new WeightWriter(arena, Store.F32);
            e.head().params().forEach(p -> head.add(p.name(), p.forward()));
            Safetensors.write(folder.resolve(HEAD).resolve(ModelFolder.WEIGHTS), head.tensors(), head.metadata());
        }
        below.accept(folder.resolve(MODEL));
        writeQueries(folder, e);
    }

    /** A weight that was pruned is stored sparse, also where its plan found it faster dense. */
    private static Weight withoutZeros(Arena arena, Weight w) {
        if (!(w instanceof Tiled)) {
            return w;
        }
        Topology.Builder live = new Topology.Builder(w.rows(), w.cols(), Math.toIntExact(w.positions()));
        w.forEach((r, c, slot, v) -> {
            if (v != 0) {
                live.add(r, c);
            }
        });
        Topology t = live.build();
        if (t.count() > w.positions() - w.positions() / Byte.SIZE) { // fewer zeros are not worth the mask of a thirty-second
            return w;
        }
        Floats values = Floats.allocate(arena, t.count());
        w.forEach((r, c, slot, v) -> {
            if (v != 0) {
                values.set(t.find(r, c), v);
            }
        });
        return Layout.CSR.pack(arena, t, values);
    }

    static void writeQueries(Path folder, SparseEncoder e) {
        AtomicFile.createFolders(folder.resolve(WORDS));
        e.lexical().save(folder.resolve(WORDS));
        try {
            AtomicFile.write(folder.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Stored(FORMAT, e.recipe(), e.window(), e.longest())));
        } catch (JsonProcessingException x) {
            throw new IllegalStateException(x);
        }
    }

    static SparseEncoder open(Path folder, Function<String, ? extends Function<String, List<String>>> analyzers, int threads) {
        Stored stored = read(folder.resolve(FILE));
        Bm25 lexical = Bm25.load(folder.resolve(WORDS), analyzers);
        Optional<Elsewhere> elsewhere = Elsewhere.in(folder);
        return new SparseEncoder(stored.recipe, lexical, stored.window, stored.longest, () -> opened(elsewhere.map(Elsewhere::verified).orElse(folder), stored, lexical, threads),
                new SparseEncoder.Home(folder, elsewhere, false));
    }

    private static SparseEncoder.Opened opened(Path folder, Stored stored, Bm25 lexical, int threads) {
        byte[] tokenizer;
        SentenceEncoder model;
        try (var files = ModelFolder.open(folder.resolve(MODEL), Optional.empty())) {
            tokenizer = files.tokenizer();
            model = SentenceEncoder.of(files, threads);
        }
        try {
            SparseHead head = new SparseHead(stored.recipe, model.dimension(), lexical.vocabulary().size(), false, model.config().pooling(), model.config().layerNormEps());
            read(folder.resolve(HEAD).resolve(ModelFolder.WEIGHTS), head);
            return new SparseEncoder.Opened(model, model.model(), tokenizer, head, new Cutter(model, lexical.analyzer(), lexical.vocabulary(), stored.longest));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private static Stored read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserError(file.getParent() + ": holds no " + FILE + "; expected a folder that filigree train sparse-encoder wrote");
        }
        try {
            Stored s = JSON.readValue(Files.readString(file), Stored.class);
            if (s == null || !FORMAT.equals(s.format) || s.recipe == null || s.window < 0 || s.longest < 1) {
                throw new UserError(file + ": found format '" + (s == null ? "(none)" : s.format) + "', expected a whole '" + FORMAT + "'; train the encoder again");
            }
            return s;
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": is damaged (" + e.getOriginalMessage().lines().findFirst().orElse("") + "); train the encoder again", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Shapes and numbers are checked here. */
    private static void read(Path file, SparseHead head) {
        try (Checkpoint c = Safetensors.read(file)) {
            for (Held p : head.params()) {
                int rows = head.rows(p);
                int cols = head.cols(p);
                Floats values = Floats.allocate(rows * cols);
                values.copyFrom(head.packed(p) || cols > 1 ? c.tensor(p.name(), rows, cols).toFloats(Arena.ofAuto()) : c.tensor(p.name(), rows).toFloats(Arena.ofAuto()));
                for (int i = 0; i < values.length(); i++) {
                    if (!Float.isFinite(values.get(i))) {
                        throw new UserError(file + ": " + p.name() + " holds " + values.get(i) + ", expected finite numbers; train the encoder again");
                    }
                }
                Dense dense = Dense.of(rows, cols, values);
                p.set(head.packed(p) ? Tiled.pack(Arena.ofAuto(), dense) : dense);
            }
        }
    }
}
