package dev.filigree.infer;

import dev.filigree.base.Parallel;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.Llama2c;
import dev.filigree.io.Pieces;
import dev.filigree.io.StoredDecoder;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.ops.KeyValues;
import java.lang.foreign.Arena;
import java.nio.file.Files;
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
    private final KeyValues.Type cache;

    private LanguageModel(Arena arena, Compute compute, CausalModel model, Pieces pieces, KeyValues.Type cache) {
        this.arena = arena;
        this.compute = compute;
        this.model = model;
        this.pieces = pieces;
        this.cache = cache;
    }

    /**
     * Opens a model.
     *
     * @param path a folder in Hugging Face layout, or a checkpoint of llama2.c with its tokenizer beside it
     */
    public static LanguageModel open(Path path, int threads) {
        try (StoredDecoder stored = Files.isDirectory(path) ? DecoderFolder.open(path) : Llama2c.open(path)) {
            return of(stored, threads);
        }
    }

    /** Copies what it needs out of {@code stored}, which may be closed afterwards. */
    public static LanguageModel of(StoredDecoder stored, int threads) {
        Arena arena = Arena.ofShared();
        try {
            Llama model = Llama.of(stored.config(), new WeightReader(stored.weights(), arena)::weight);
            return new LanguageModel(arena, new Compute(Kernels.best(), new Parallel(threads)), model, stored.pieces(), KeyValues.Type.FP32);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** The same model, whose sequences hold their keys and values so; to be closed in the place of this. */
    public LanguageModel with(KeyValues.Type cache) {
        return new LanguageModel(arena, compute, model, pieces, cache);
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
        return new Decoding(model, new Eager(compute), cache, capacity);
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
