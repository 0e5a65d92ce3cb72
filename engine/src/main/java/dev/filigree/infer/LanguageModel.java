package dev.filigree.infer;

import dev.filigree.base.Parallel;
import dev.filigree.infer.policy.Gates;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.Llama2c;
import dev.filigree.io.Pieces;
import dev.filigree.io.StoredDecoder;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** Rows of a column that lie together where columns are skipped: long enough to be read at full speed, and several tiles a weight for several threads. */
    private static final int TILE = 512;

    private final Arena arena;
    private final Compute compute;
    private final CausalModel model;
    private final Pieces pieces;
    private final Gates gates; // null where everything is read

    private LanguageModel(Arena arena, Compute compute, CausalModel model, Pieces pieces, Gates gates) {
        this.arena = arena;
        this.compute = compute;
        this.model = model;
        this.pieces = pieces;
        this.gates = gates;
    }

    /**
     * Opens a model.
     *
     * @param path a folder in Hugging Face layout, or a checkpoint of llama2.c with its tokenizer beside it
     */
    public static LanguageModel open(Path path, int threads) {
        return open(path, threads, false);
    }

    /**
     * The same.
     *
     * @param skipping whether it is to run under a policy: then weights lie so that an input which is zero saves reading its column
     */
    public static LanguageModel open(Path path, int threads, boolean skipping) {
        try (StoredDecoder stored = Files.isDirectory(path) ? DecoderFolder.open(path) : Llama2c.open(path)) {
            return of(stored, threads, skipping);
        }
    }

    /** Copies what it needs out of {@code stored}, which may be closed afterwards. */
    public static LanguageModel of(StoredDecoder stored, int threads) {
        return of(stored, threads, false);
    }

    /** The same, see {@link #open(Path, int, boolean)}. */
    public static LanguageModel of(StoredDecoder stored, int threads, boolean skipping) {
        Arena arena = Arena.ofShared();
        try {
            Set<String> skipped = skipping ? Gates.sites(new Llama(stored.config())).stream().map(Site::name).collect(Collectors.toSet()) : Set.of();
            Llama model = Llama.of(stored.config(), (name, rows, cols, product) -> skipped.contains(name) ? byColumns(stored, arena, name, rows, cols)
                    : new WeightReader(stored.weights(), arena).weight(name, rows, cols, product));
            return new LanguageModel(arena, new Compute(Kernels.best(), new Parallel(threads)), model, stored.pieces(), null);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** A dense weight by columns, a sparse one as it is: of that little is read anyway. */
    private static Weight byColumns(StoredDecoder stored, Arena arena, String name, int rows, int cols) {
        try (Arena brief = Arena.ofShared()) {
            Weight w = new WeightReader(stored.weights(), brief).weight(name, rows, cols, true);
            if (w instanceof Tiled) {
                return Columns.pack(arena, w, Coded.Type.F32, cols, TILE);
            }
        }
        return new WeightReader(stored.weights(), arena).weight(name, rows, cols, true);
    }

    /**
     * The same model in the same memory, whose sequences run under a policy. Weights that a policy acts on should have been opened for it, else
     * it saves no time. Close only one of both.
     *
     * @param gates null for none
     */
    public LanguageModel under(Gates gates) {
        return new LanguageModel(arena, compute, model, pieces, gates);
    }

    /** The policy under which sequences run. */
    public Optional<Gates> gates() {
        return Optional.ofNullable(gates);
    }

    /** What it is computed with. */
    public Compute compute() {
        return compute;
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
        return new Decoding(model, new Eager(compute), gates, capacity);
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
