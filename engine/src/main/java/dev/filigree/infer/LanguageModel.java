package dev.filigree.infer;

import dev.filigree.base.Parallel;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.Pieces;
import dev.filigree.io.StoredDecoder;
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

    private LanguageModel(Arena arena, Compute compute, CausalModel model, Pieces pieces) {
        this.arena = arena;
        this.compute = compute;
        this.model = model;
        this.pieces = pieces;
    }

    /**
     * Opens a model.
     *
     * @param path a folder in Hugging Face layout, a GGUF file, or a checkpoint of llama2.c with its tokenizer beside it
     */
    public static LanguageModel open(Path path, int threads) {
        return open(path, threads, Precision.FP32);
    }

    /** The same with weights held in so many bits. */
    public static LanguageModel open(Path path, int threads, Precision precision) {
        try (StoredDecoder stored = StoredDecoder.open(path)) {
            return of(stored, threads, precision);
        }
    }

    /** Copies what it needs out of {@code stored}, which may be closed afterwards. */
    public static LanguageModel of(StoredDecoder stored, int threads) {
        return of(stored, threads, Precision.FP32);
    }

    /** The same with weights held in so many bits: one weight at a time is 32-bit floats while they are read. */
    public static LanguageModel of(StoredDecoder stored, int threads, Precision precision) {
        Arena arena = Arena.ofShared();
        try {
            Llama model = Llama.of(stored.config(), (name, rows, cols, product) -> read(stored, arena, precision, name, rows, cols, product));
            return new LanguageModel(arena, new Compute(Kernels.best(), new Parallel(threads)), model, stored.pieces());
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
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
        return new Decoding(model, new Eager(compute), capacity);
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
    }
}
