package dev.filigree.infer;

import dev.filigree.base.Parallel;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.OrthogonalColumns;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.Packed;
import dev.filigree.io.Pieces;
import dev.filigree.io.StoredDecoder;
import dev.filigree.io.StoredTensor;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.ops.KeyValues;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;
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

    private final Arena arena;
    private final Compute compute;
    private final CausalModel model;
    private final Pieces pieces;
    private final Optional<Plan> plan;
    private final KeyValues.Type cache;
    private final Gates gates; // null where everything is read
    private StoredDecoder mapped; // whose memory the weights are; null where they were copied

    private LanguageModel(Arena arena, Compute compute, CausalModel model, Pieces pieces, Optional<Plan> plan, KeyValues.Type cache, Gates gates) {
        this.arena = arena;
        this.compute = compute;
        this.model = model;
        this.pieces = pieces;
        this.plan = plan;
        this.cache = cache;
        this.gates = gates;
    }

    /**
     * How a model is opened.
     *
     * @param threads   that compute
     * @param precision in which weights are held; null as they are stored where that is how they run, else in 32-bit floats
     * @param skipping  whether it is to run under a policy: then weights lie so that an input which is zero saves reading its column, whatever is planned; packed ones stay as they are
     */
    public record Options(int threads, Precision precision, boolean skipping) {

        /** Weights as they are stored, every one read. */
        public static Options threads(int threads) {
            return new Options(threads, null, false);
        }

        public Options in(Precision precision) {
            return new Options(threads, precision, skipping);
        }

        public Options forPolicy() {
            return new Options(threads, precision, true);
        }
    }

    /** Opens a model as it is stored. */
    public static LanguageModel open(Path path, int threads) {
        return open(path, Options.threads(threads));
    }

    /**
     * Opens a model. Weights of a folder that {@link #pack} wrote are not copied: they stay in the mapped file.
     *
     * @param path a folder in Hugging Face layout, a GGUF file, or a checkpoint of llama2.c with its tokenizer beside it
     */
    public static LanguageModel open(Path path, Options options) {
        StoredDecoder stored = StoredDecoder.open(path);
        LanguageModel model = null;
        try {
            model = of(stored, options);
        } finally {
            if (model == null || !Packed.is(stored.weights())) {
                stored.close();
            } else {
                model.mapped = stored;
            }
        }
        return model;
    }

    /**
     * Copies what it needs out of {@code stored}, which may be closed afterwards unless its weights are {@link Packed}. One weight at a time is 32-bit floats
     * while they are read.
     */
    public static LanguageModel of(StoredDecoder stored, Options options) {
        int threads = options.threads;
        Precision precision = options.precision;
        boolean packed = Packed.is(stored.weights());
        if (packed && precision != null) {
            precision.requirePacked(stored.weights());
        }
        Precision held = precision == null ? Precision.FP32 : precision;
        Arena arena = Arena.ofShared();
        try {
            Set<String> skipped = options.skipping ? Gates.sites((CausalModel) CausalModel.empty(stored.config())).stream().map(Site::name).collect(Collectors.toSet()) : Set.of();
            CausalModel model = CausalModel.of(stored.config(), (name, rows, cols, product) -> packed && cols > 1 ? Packed.read(stored.weights(), name, rows, cols)
                    : read(stored, arena, held, skipped.contains(name), threads, name, rows, cols, product));
            boolean asPlanned = !packed && skipped.isEmpty() && held == Precision.FP32; // plans are made for whole products of 32-bit floats
            Optional<Plan> plan = asPlanned ? PlanFile.of(stored.weights()) : Optional.empty();
            plan.ifPresent(p -> p.apply(stored.weights().source(), model, arena));
            return new LanguageModel(arena, new Compute(Kernels.best(), new Parallel(threads)), model, stored.pieces(), plan, KeyValues.Type.FP32, null);
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
        return new LanguageModel(Arena.ofShared(), new Compute(Kernels.best(), new Parallel(threads)), model, pieces, Optional.empty(), KeyValues.Type.FP32, null);
    }

    /**
     * A model in the bases in which WINA chooses best ({@link OrthogonalColumns}), for a policy: it says the same, and needs no longer the one that it was made of.
     *
     * @param whole     of the Llama family, with its weights in 32-bit floats
     * @param precision of the weights that a policy acts on
     */
    public static LanguageModel turned(LanguageModel whole, Precision precision) {
        Arena arena = Arena.ofShared();
        try {
            int threads = whole.compute.parallel().threads();
            CausalModel model = OrthogonalColumns.of(whole.compute, whole.model);
            Gates.sites(model).forEach(s -> model.param(s).set(Columns.pack(arena, model.param(s).forward(), precision.type(), s.cols(), Columns.tile(s.rows(), threads))));
            return new LanguageModel(arena, new Compute(Kernels.best(), new Parallel(threads)), model, whole.pieces, Optional.empty(), KeyValues.Type.FP32, null);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static Weight read(StoredDecoder stored, Arena arena, Precision precision, boolean skipped, int threads, String name, int rows, int cols, boolean product) {
        if (product && (skipped || precision != Precision.FP32)) {
            try (Arena brief = Arena.ofShared()) {
                Weight w = new WeightReader(stored.weights(), brief).weight(name, rows, cols, true);
                if (skipped && w instanceof Tiled) { // a sparse weight stays so: of that little is read anyway
                    return Columns.pack(arena, w, precision.type(), cols, Columns.tile(rows, threads));
                }
                if (precision.changes(w)) {
                    return precision.hold(arena, w);
                }
            }
        }
        return new WeightReader(stored.weights(), arena).weight(name, rows, cols, product);
    }

    /**
     * The same model in the same memory, whose sequences run under a policy. Weights that a policy acts on should have been opened for it, else
     * it saves no time. Close only one of both.
     *
     * @param gates null for none
     */
    public LanguageModel under(Gates gates) {
        LanguageModel same = new LanguageModel(arena, compute, model, pieces, plan, cache, gates);
        same.mapped = mapped;
        return same;
    }

    /** The same model, whose sequences hold their keys and values so; to be closed in the place of this. */
    public LanguageModel with(KeyValues.Type cache) {
        LanguageModel view = new LanguageModel(arena, compute, model, pieces, plan, cache, gates);
        view.mapped = mapped;
        return view;
    }

    /** The policy under which sequences run. */
    public Optional<Gates> gates() {
        return Optional.ofNullable(gates);
    }

    /** What it is computed with. */
    public Compute compute() {
        return compute;
    }

    /**
     * Writes a folder whose weights lie in the file as they run: {@link #open} maps it, in milliseconds, and reads a page of it when a product
     * first needs it.
     *
     * @param from as for {@link #open(Path, Options)}
     */
    public static void pack(Path from, Path folder, Precision precision) {
        try (StoredDecoder stored = StoredDecoder.open(from)) {
            pack(stored, folder, precision);
        }
    }

    /** The same of a model that is open. */
    public static void pack(StoredDecoder stored, Path folder, Precision precision) {
        try (LanguageModel model = of(stored, Options.threads(1).in(precision))) {
            Map<String, String> metadata = new LinkedHashMap<>();
            List<StoredTensor> tensors = new ArrayList<>();
            for (Held p : model.model.params()) {
                tensors.addAll(Packed.tensors(p.name(), p.forward(), metadata));
            }
            metadata.put(Precision.KEY, precision.label());
            DecoderFolder.write(folder, stored.config(), stored.tokenizer(), tensors, metadata, Map.of());
        }
    }

    /** How sequences hold their keys and values. */
    public KeyValues.Type cache() {
        return cache;
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
        return new Decoding(model, new Eager(compute, plan.<IntUnaryOperator>map(p -> p::width).orElse(Kernels::widthFor)), gates, cache, capacity);
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
