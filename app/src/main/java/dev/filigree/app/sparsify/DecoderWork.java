package dev.filigree.app.sparsify;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Precision;
import dev.filigree.infer.Profile;
import dev.filigree.io.Store;
import dev.filigree.io.StoredDecoder;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.DecoderBody;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.prune.criterion.RandomScore;
import dev.filigree.prune.method.Scored;
import dev.filigree.tensor.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A language model: judged by its perplexity, served token by token. The dense model is not in memory while another is pruned; the weights of that one are
 * freed block by block.
 */
final class DecoderWork implements Workpiece {

    /** Windows in a step of recovery. */
    private static final int BATCH = 8;
    /** Tokens that calibration puts through a block at once. */
    private static final int CALIBRATION_TOKENS = 2048;
    private static final int GLANCE_WINDOWS = 8;
    private static final int PROMPT = 128;
    /** Calls of one token, and a prompt now and then. */
    private static final Profile PROFILE = Profile.parse("1:8," + PROMPT);

    private final Settings settings;
    private final int threads;
    private final StoredDecoder stored;
    private final Compute compute;
    private final Windows windows;
    private final Windowed judge;
    private LanguageModel dense; // null while another is pruned
    private BlockMemory memory;

    private DecoderWork(Settings settings, int threads, StoredDecoder stored, Rng rng) {
        this.settings = settings;
        this.threads = threads;
        this.stored = stored;
        this.compute = new Compute(Kernels.best(), new Parallel(threads));
        this.windows = Windows.of(opened(), settings.text(), settings.calibration(), rng);
        this.judge = new Windowed(compute, windows.heldOut());
    }

    static DecoderWork open(Settings settings, int threads, Rng rng) {
        StoredDecoder stored = KnownLanguageModel.stored(settings.model());
        try {
            return new DecoderWork(settings, threads, stored, rng);
        } catch (RuntimeException | Error e) {
            stored.close();
            throw e;
        }
    }

    private LanguageModel opened() {
        if (dense == null) {
            dense = LanguageModel.of(stored, LanguageModel.Options.threads(threads));
        }
        return dense;
    }

    private void shut() {
        if (dense != null) {
            dense.close();
            dense = null;
        }
    }

    @Override
    public Compute compute() {
        return compute;
    }

    @Override
    public Map<String, String> data() {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("model origin", stored.weights().source());
        data.put("training text", windows.training().size() + " windows of " + windows.training().getFirst().length + " tokens (" + windows.origin() + ")");
        data.put("held-out text", windows.heldOut().size() + " windows");
        return data;
    }

    @Override
    public int excluded() {
        return 0;
    }

    @Override
    public List<Batch> calibration() {
        return Recovery.batches(windows.training().subList(0, Math.min(settings.calibration(), windows.training().size())), CALIBRATION_TOKENS);
    }

    @Override
    public List<int[]> sequences() {
        return windows.training();
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Quality reference() {
        return judge(opened().model());
    }

    @Override
    public Quality judge(Model model) {
        return Foresight.of(judge.loss(model));
    }

    @Override
    public double glance(Model model) {
        return Foresight.of(judge.loss(model, GLANCE_WINDOWS)).nearness();
    }

    @Override
    public Model student() {
        shut();
        if (memory != null) {
            memory.free();
        }
        memory = new BlockMemory(stored);
        return memory.student();
    }

    @Override
    public Pruner.Sink sink(Model student, Layout layout) {
        return memory.sink(layout);
    }

    @Override
    public Model copy(Model student) {
        return DecoderBody.sharing((CausalModel) student);
    }

    @Override
    public Model empty() {
        DecoderBody student = DecoderBody.sharing(opened().model());
        BertWork.clear(student);
        return student;
    }

    @Override
    public Model teacher() {
        return opened().model();
    }

    @Override
    public String held() {
        return memory == null ? "" : "; " + memory.said();
    }

    @Override
    public Optional<Recipe> control(Recipe recipe) {
        return Optional.of(new Recipe(recipe.pattern(), new Uniform(), new Scored(new RandomScore()), List.of(), recipe.sparsity()));
    }

    @Override
    public void save(Path folder, Model student, Plan plan) {
        SavedModel.write(folder, (CausalModel) student, stored.tokenizer(), settings.stored(), settings.stored() == Store.INT4 ? null : plan, settings); // plans are made for 32-bit floats, and groups in 4 bits run as they are stored
    }

    @Override
    public Profile profile() {
        return PROFILE;
    }

    @Override
    public Served dense() {
        return new DecoderServed(judge, opened(), false);
    }

    @Override
    public Served open(Path folder) {
        Precision precision = switch (settings.stored()) { // what is stored in few bits runs in them
            case F32 -> null;
            case BF16 -> Precision.BF16;
            case INT8, INT4 -> Precision.INT8;
        };
        return new DecoderServed(judge, LanguageModel.open(folder, LanguageModel.Options.threads(threads).in(precision)), true);
    }

    @Override
    public long bytes() {
        Path file = Path.of(settings.model());
        long weights = Files.isRegularFile(file) ? file.toFile().length() : stored.weights().bytes(); // a file of bytes is floats once it is read
        return weights + stored.tokenizer().content().length;
    }

    @Override
    public List<int[]> shapes() {
        return List.of(new int[] {1, 1}, new int[] {1, Math.min(PROMPT, stored.config().context() - 1)});
    }

    @Override
    public void close() {
        shut();
        compute.parallel().close();
        stored.close();
    }

    /** @param ours whether it ends with this */
    private record DecoderServed(Windowed judge, LanguageModel language, boolean ours) implements Served {

        @Override
        public Model model() {
            return DecoderBody.sharing(language.model());
        }

        @Override
        public Quality quality() {
            return Foresight.of(judge.loss(language.model()));
        }

        @Override
        public long bytes() {
            return language.bytes();
        }

        /** One token after another, or prompts. */
        @Override
        public Speed.Contender contender() {
            return (batch, length, seconds) -> {
                int[] prompt = new int[length];
                for (int i = 0; i < length; i++) {
                    prompt[i] = i * 7 % language.config().vocab();
                }
                long done = 0;
                long start = System.nanoTime();
                double spent;
                Decoding sequence = null;
                try {
                    do {
                        if (length > 1 || sequence == null || sequence.length() == language.config().context()) {
                            if (sequence != null) {
                                sequence.close();
                            }
                            sequence = language.decoding(language.config().context());
                        }
                        if (length > 1) {
                            sequence.read(prompt);
                        } else {
                            sequence.next(prompt[0]);
                        }
                        done++;
                        spent = (System.nanoTime() - start) / 1e9;
                    } while (spent < seconds);
                } finally {
                    if (sequence != null) {
                        sequence.close();
                    }
                }
                return done / spent;
            };
        }

        @Override
        public void close() {
            if (ours) {
                language.close();
            }
        }
    }
}
