package dev.filigree.infer;

import dev.filigree.base.Parallel;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.Packed;
import dev.filigree.io.Pieces;
import dev.filigree.io.StoredDecoder;
import dev.filigree.io.StoredTensor;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * A language model ready to serve. Sequences are computed one by one; each has a memory of its own.
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.open(Path.of("stories260K/model.bin"), 2)) {
 *     new Generator(model, Sampling.GREEDY, 1).run("Once upon a time", 100, System.out::print);
 * }
 * }</pre>
 */
public final class LanguageModel implements AutoCloseable {

    private final Arena arena;
    private final Compute compute;
    private final CausalModel model;
    private final Pieces pieces;
    private final Optional<Plan> plan;
    private StoredDecoder mapped; // whose memory the weights are; null where they were copied

    private LanguageModel(Arena arena, Compute compute, CausalModel model, Pieces pieces, Optional<Plan> plan) {
        this.arena = arena;
        this.compute = compute;
        this.model = model;
        this.pieces = pieces;
        this.plan = plan;
    }

    /**
     * Opens a model; weights are held as they are stored where that is how they run, else as 32-bit floats.
     *
     * @param path a folder in Hugging Face layout, a GGUF file, or a checkpoint of llama2.c with its tokenizer beside it
     */
    public static LanguageModel open(Path path, int threads) {
        return open(path, threads, null);
    }

    /**
     * The same with weights held in so many bits. Those of a folder that {@link #pack} wrote are not copied: they stay in the mapped file.
     *
     * @param precision null as they are stored
     */
    public static LanguageModel open(Path path, int threads, Precision precision) {
        StoredDecoder stored = StoredDecoder.open(path);
        LanguageModel model = null;
        try {
            model = of(stored, threads, precision);
        } finally {
            if (model == null || !Packed.is(stored.weights())) {
                stored.close();
            } else {
                model.mapped = stored;
            }
        }
        return model;
    }

    /** Copies what it needs out of {@code stored}, which may be closed afterwards unless its weights are {@link Packed}. */
    public static LanguageModel of(StoredDecoder stored, int threads) {
        return of(stored, threads, null);
    }

    /**
     * The same with weights held in so many bits: one weight at a time is 32-bit floats while they are read.
     *
     * @param precision null as they are stored
     */
    public static LanguageModel of(StoredDecoder stored, int threads, Precision precision) {
        boolean packed = Packed.is(stored.weights());
        if (packed && precision != null) {
            precision.requirePacked(stored.weights());
        }
        Precision held = precision == null ? Precision.FP32 : precision;
        Arena arena = Arena.ofShared();
        try {
            Llama model = Llama.of(stored.config(), (name, rows, cols, product) -> packed && cols > 1 ? Packed.read(stored.weights(), name, rows, cols)
                    : read(stored, arena, held, name, rows, cols, product));
            Optional<Plan> plan = PlanFile.of(stored.weights());
            plan.ifPresent(p -> p.apply(stored.weights().source(), model, arena));
            return new LanguageModel(arena, new Compute(Kernels.best(), new Parallel(threads)), model, stored.pieces(), plan);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * A model that is there already; its weights belong to the caller.
     *
     * @param pieces null where no text is to be read
     */
    public static LanguageModel of(CausalModel model, Pieces pieces, int threads) {
        return new LanguageModel(Arena.ofShared(), new Compute(Kernels.best(), new Parallel(threads)), model, pieces, Optional.empty());
    }

    private static Weight read(StoredDecoder stored, Arena arena, Precision precision, String name, int rows, int cols, boolean product) {
        if (product && precision != Precision.FP32) {
            try (Arena brief = Arena.ofShared()) {
                Weight w = new WeightReader(stored.weights(), brief).weight(name, rows, cols, true);
                if (precision.changes(w)) {
                    return precision.hold(arena, w);
                }
            }
        }
        return new WeightReader(stored.weights(), arena).weight(name, rows, cols, product);
    }

    /**
     * Writes a folder whose weights lie in the file as they run: {@link #open} maps it, in milliseconds, and reads a page of it when a product
     * first needs it.
     *
     * @param from as for {@link #open}
     */
    public static void pack(Path from, Path folder, Precision precision) {
        try (StoredDecoder stored = StoredDecoder.open(from); LanguageModel model = of(stored, 1, precision)) {
            Map<String, String> metadata = new LinkedHashMap<>();
            List<StoredTensor> tensors = new ArrayList<>();
            for (Held p : model.model.params()) {
                tensors.addAll(Packed.tensors(p.name(), p.forward(), metadata));
            }
            metadata.put(Precision.KEY, precision.label());
            DecoderFolder.write(folder, stored.config(), stored.tokenizer(), tensors, metadata, Map.of());
        }
    }

    public DecoderConfig config() {
        return model.config();
    }

    public CausalModel model() {
        return model;
    }

    public Pieces pieces() {
        return pieces;
    }

    /** An empty sequence of at most {@code capacity} tokens. */
    public Decoding decoding(int capacity) {
        return new Decoding(model, new Eager(compute, plan.<IntUnaryOperator>map(p -> p::width).orElse(Kernels::widthFor)), capacity);
    }

    /** The layouts in which matrices are held, each once, in the model's order. */
    public List<String> layouts() {
        return model.params().stream().map(Held::forward).filter(w -> w.cols() > 1).map(Weight::layout).distinct().toList();
    }

    /** Bytes of all weights. */
    public long bytes() {
        return model.params().stream().map(Held::forward).mapToLong(w -> w.bytes()).sum();
    }

    /** Bytes of weights that a token needs: all but the table of embeddings, of which it looks up a row, unless that is the output's weight too. */
    public long bytesRead() {
        return bytes() - (model.config().tied() ? 0 : model.words().forward().bytes());
    }

    @Override
    public void close() {
        compute.parallel().close();
        arena.close();
        if (mapped != null) {
            mapped.close();
        }
    }
}
