package dev.filigree.infer;

import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.io.TextTokenizer;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.ops.Held;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A sentence encoder ready to serve: text in, vectors out. Safe for many threads. Weights lie outside the heap; closing
 * waits for running calls, then frees them.
 *
 * <pre>{@code
 * try (SentenceEncoder encoder = SentenceEncoder.open(Path.of("minilm-80"))) {
 *     float[] vector = encoder.embed("Sparse networks can be fast.");
 * }
 * }</pre>
 */
public final class SentenceEncoder implements AutoCloseable {

    private final Arena arena;
    private final Compute compute;
    private final TextTokenizer tokenizer;
    private final Bert model;
    private final Optional<Plan> plan;
    private final Session session;

    private SentenceEncoder(Arena arena, Compute compute, TextTokenizer tokenizer, Bert model, Optional<Plan> plan) {
        this.arena = arena;
        this.compute = compute;
        this.tokenizer = tokenizer;
        this.model = model;
        this.plan = plan;
        this.session = plan.isPresent() ? new Session(model, compute, plan.get()::width) : new Session(model, compute);
    }

    /**
     * Opens an encoder with as many threads as there are processors.
     *
     * @param path a folder that {@code filigree sparsify} wrote, a Hugging Face folder, an {@code .onnx} file or a jar
     * @throws dev.filigree.base.UserError when the files cannot be read or are malformed
     */
    public static SentenceEncoder open(Path path) {
        return open(path, Runtime.getRuntime().availableProcessors());
    }

    /** Opens an encoder that computes on {@code threads} threads. */
    public static SentenceEncoder open(Path path, int threads) {
        return open(path, threads, Optional.empty());
    }

    /** Opens an encoder with the given pooling; empty takes what the files record. */
    public static SentenceEncoder open(Path path, int threads, Optional<Pooling> pooling) {
        try (StoredEncoder stored = ModelFolder.open(path, pooling)) {
            return of(stored, threads);
        }
    }

    /** Copies what it needs out of {@code stored}, which may be closed afterwards. */
    public static SentenceEncoder of(StoredEncoder stored, int threads) {
        Optional<Plan> plan = PlanFile.of(stored.weights());
        Arena arena = Arena.ofShared();
        TextTokenizer tokenizer = null;
        try {
            tokenizer = stored.openTokenizer(stored.config().maxPositions());
            Bert model = new Bert(stored.config(), new WeightReader(stored.weights(), arena)::weight);
            plan.ifPresent(p -> p.apply(stored.weights().source(), model, arena));
            return new SentenceEncoder(arena, new Compute(Kernels.best(), new Parallel(threads)), tokenizer, model, plan);
        } catch (RuntimeException | Error e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            arena.close();
            throw e;
        }
    }

    /** The vector of one text, of length {@link #dimension()}. */
    public float[] embed(String text) {
        return embed(List.of(text))[0];
    }

    /** One vector a text, in order. */
    public float[][] embed(List<String> texts) {
        return session.encode(texts.stream().map(tokenizer::ids).toList());
    }

    /** One vector a sequence of token ids, in order. */
    public float[][] encode(List<int[]> sequences) {
        return session.encode(sequences);
    }

    /** Token ids of a text, special tokens included, cut to what the model can take. */
    public int[] tokens(String text) {
        return tokenizer.ids(text);
    }

    public int dimension() {
        return model.config().hidden();
    }

    public EncoderConfig config() {
        return model.config();
    }

    public Bert model() {
        return model;
    }

    /** The plan that it replays; empty when its files hold none. */
    public Optional<Plan> plan() {
        return plan;
    }

    public Session session() {
        return session;
    }

    public Compute compute() {
        return compute;
    }

    /** Resident bytes of all weights, tables included. */
    public long weightBytes() {
        return model.params().stream().mapToLong((Held p) -> p.forward().bytes()).sum();
    }

    /** Memory for weights that replace this encoder's; freed with it. */
    public Arena arena() {
        return arena;
    }

    @Override
    public void close() {
        session.close();
        compute.parallel().close();
        tokenizer.close();
        arena.close();
    }
}
