package dev.filigree.app.sparsify;

import dev.filigree.base.Rng;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Planner;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.infer.Session;
import dev.filigree.io.Store;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.prune.PruneReport;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run of {@code sparsify}: load, evaluate, prune, recover, pack, save, evaluate what was saved, measure. */
public final class SparsifyRun {

    /** Names of the models that a run compares, in tables and in {@code report.json}. */
    public static final String DENSE = "dense";
    public static final String ONE_SHOT = "one-shot";
    public static final String RECOVERED = "recovered";
    public static final String SPARSE = "sparse";

    /** Tokens that calibration puts through a block at once. */
    private static final int CALIBRATION_TOKENS = 2048;

    /** The profile of requests that layouts are chosen for and speed is measured at: sequences and tokens in each. */
    public static final int BATCH = 32;
    public static final int LENGTH = 64;

    private static final int ROUNDS = 7;
    private static final double ROUND_SECONDS = 0.8;

    private final Settings settings;
    private final Path out;
    private final int threads;
    private final Progress progress;
    private final Rng rng;

    public SparsifyRun(Settings settings, Path out, int threads, Progress progress) {
        this.settings = settings;
        this.out = out;
        this.threads = threads;
        this.progress = progress;
        this.rng = new Rng(settings.seed());
    }

    /** Does it all; what it found is also in the folder. */
    public Outcome run() {
        Recipe recipe = settings.recipe();
        Store store = Store.named(settings.store());
        Texts texts = Texts.load(settings.text(), settings.pairs(), rng);
        try (Source source = load(); SentenceEncoder dense = SentenceEncoder.of(source.stored(), threads)) {
            RunRecord record = record(source, texts, dense.compute());
            Judge judge = new Judge(texts.heldOut(), texts.pairs(), dense::tokens);
            Map<String, Quality> quality = new LinkedHashMap<>();
            try (Progress.Stage stage = progress.stage("evaluate dense", 0)) {
                quality.put(DENSE, judge.dense(dense::encode));
                stage.note(said(quality.get(DENSE)));
            }
            Bert student = Students.of(dense.model());
            PruneReport pruned = prune(student, recipe, texts, dense);
            quality.put(ONE_SHOT, evaluate("evaluate one-shot", judge, student, dense.compute()));
            List<Outcome.Point> recovery = List.of();
            Plan plan = plan(student, dense.compute());
            save(student, source, store, plan);
            return measured(record, recipe, source, dense, judge, pruned, quality, recovery, texts, plan);
        }
    }

    private Source load() {
        try (Progress.Stage stage = progress.stage("load", 0)) {
            Source source = Source.open(settings.model(), settings.pooling());
            stage.note(source.origin());
            return source;
        }
    }

    private RunRecord record(Source source, Texts texts, Compute compute) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("model origin", source.origin());
        data.put("training text", texts.training().size() + " sentences (" + texts.origin() + ")");
        data.put("held-out text", texts.heldOut().size() + " sentences");
        data.put("scored pairs", texts.pairs().size() + (settings.pairs().isEmpty() ? " (STS-B dev)" : " (" + settings.pairs() + ")"));
        data.put("excluded", texts.excluded() + " sentences that occur in a scored pair");
        return RunRecord.start("sparsify", settings.seed(), threads, compute.kernels().name(), settings.words(), data);
    }

    private PruneReport prune(Bert student, Recipe recipe, Texts texts, SentenceEncoder dense) {
        List<Site> sites = student.sites();
        try (Progress.Stage stage = progress.stage("calibrate, prune", sites.size())) {
            List<String> sentences = texts.training().subList(0, Math.min(settings.calibration(), texts.training().size()));
            List<Batch> batches = batches(sentences.stream().map(dense::tokens).toList());
            PruneReport report = new Pruner(dense.compute(), recipe, rng.split("prune"))
                    .prune(student, batches, site -> stage.add(1));
            stage.note(String.format(Locale.ROOT, "%.2f %% of the prunable weights are zero; footprint %s", 100 * report.achieved(), report.footprint()));
            return report;
        }
    }

    private Quality evaluate(String name, Judge judge, Model model, Compute compute) {
        try (Progress.Stage stage = progress.stage(name, 0); Session session = new Session(model, compute)) {
            Quality q = judge.score(session::encode);
            stage.note(said(q));
            return q;
        }
    }

    private Plan plan(Model student, Compute compute) {
        try (Progress.Stage stage = progress.stage("pack", student.sites().size())) {
            Plan plan = new Planner(compute, BATCH * LENGTH).measure(student, site -> stage.add(1));
            long kept = plan.choices().stream().filter(c -> !c.layout().equals("dense")).count();
            stage.note(kept + " of " + plan.choices().size() + " weights run sparse, the others are faster dense");
            return plan;
        }
    }

    private void save(Bert student, Source source, Store store, Plan plan) {
        try (Progress.Stage stage = progress.stage("save", 0)) {
            SavedModel.write(out, student, source.stored().tokenizer(), store, plan, settings);
            stage.note(out.toString());
        }
    }

    private Outcome measured(RunRecord record, Recipe recipe, Source source, SentenceEncoder dense, Judge judge, PruneReport pruned,
            Map<String, Quality> quality, List<Outcome.Point> recovery, Texts texts, Plan plan) {
        try (SentenceEncoder sparse = SentenceEncoder.open(out, threads); Rivals rivals = Rivals.start(source, threads)) {
            try (Progress.Stage stage = progress.stage("evaluate saved", 0)) {
                quality.put(recovery.isEmpty() ? SPARSE : RECOVERED, judge.score(sparse::encode));
                stage.note(said(quality.get(recovery.isEmpty() ? SPARSE : RECOVERED)));
            }
            for (String rival : rivals.names()) {
                try (Progress.Stage stage = progress.stage("evaluate rival", 0)) {
                    rivals.quality(rival, judge).ifPresent(q -> {
                        quality.put(rival, q);
                        stage.note(rival + ": " + said(q));
                    });
                }
            }
            List<Speed.Result> speed = speed(dense, sparse, rivals);
            Map<String, Long> disk = new LinkedHashMap<>();
            disk.put(DENSE, source.stored().weights().bytes());
            disk.put(SPARSE, SavedModel.bytes(out));
            rivals.names().forEach(r -> disk.put(r, rivals.bytes(r)));
            Map<String, Long> resident = new LinkedHashMap<>();
            resident.put(DENSE, dense.weightBytes());
            resident.put(SPARSE, sparse.weightBytes());
            Verdict verdict = verdict(quality, disk, speed, rivals);
            Outcome outcome = new Outcome(record.finished(), recipe.sparsity(), pruned.achieved(), ofAll(dense.model(), plan, sparse.model(), pruned),
                    pruned.footprint(), pruned, layers(plan, sparse.model(), pruned), quality, recovery, texts.excluded(), disk, resident, speed,
                    rivals.absent(), verdict);
            return outcome;
        }
    }

    private List<Speed.Result> speed(SentenceEncoder dense, SentenceEncoder sparse, Rivals rivals) {
        int vocabulary = dense.config().vocab();
        Speed speed = new Speed(ROUNDS, ROUND_SECONDS).ours(DENSE, dense.session(), vocabulary).ours(SPARSE, sparse.session(), vocabulary);
        rivals.join(speed);
        try (Progress.Stage stage = progress.stage("measure", speed.total(1))) {
            List<Speed.Result> results = speed.run(List.of(new int[] {BATCH, Math.min(LENGTH, dense.config().maxPositions())}), (done, what) -> stage.at(done, what));
            stage.note(BATCH + " sequences of " + LENGTH + " tokens, " + ROUNDS + " alternating rounds");
            return results;
        }
    }

    private static Verdict verdict(Map<String, Quality> quality, Map<String, Long> disk, List<Speed.Result> speed, Rivals rivals) {
        Map<String, Double> rate = new LinkedHashMap<>();
        speed.forEach(r -> rate.put(r.name(), r.median()));
        Quality last = quality.getOrDefault(RECOVERED, quality.get(SPARSE));
        List<Contestant> others = new ArrayList<>();
        for (String r : rivals.names()) {
            others.add(new Contestant(r, quality.get(r), disk.get(r), rate.getOrDefault(r, Double.NaN)));
        }
        return Verdict.of(new Contestant("the sparse model", last, disk.get(SPARSE), rate.get(SPARSE)),
                new Contestant("our dense model", quality.get(DENSE), disk.get(DENSE), rate.get(DENSE)), others);
    }

    private static double ofAll(Model dense, Plan plan, Model sparse, PruneReport pruned) {
        double all = dense.params().stream().mapToDouble((Held p) -> p.forward().positions()).sum();
        double zeros = pruned.sites().stream().mapToDouble(s -> s.achieved() * s.site().positions()).sum();
        return zeros / all;
    }

    private static List<Outcome.Layer> layers(Plan plan, Model sparse, PruneReport pruned) {
        Map<String, Double> sparsity = new LinkedHashMap<>();
        pruned.sites().forEach(s -> sparsity.put(s.site().name(), s.achieved()));
        List<Outcome.Layer> layers = new ArrayList<>();
        Map<String, Plan.Choice> choices = new LinkedHashMap<>();
        plan.choices().forEach(c -> choices.put(c.site(), c));
        for (Site s : sparse.sites()) {
            Weight w = sparse.param(s).forward();
            layers.add(new Outcome.Layer(s.shortName(), s.rows(), s.cols(), sparsity.get(s.name()), w instanceof Tiled ? "dense" : w.layout(),
                    choices.get(s.name())));
        }
        return layers;
    }

    /** Sequences laid into batches of about {@link #CALIBRATION_TOKENS} tokens, in order. */
    private static List<Batch> batches(List<int[]> sequences) {
        List<Batch> batches = new ArrayList<>();
        List<int[]> current = new ArrayList<>();
        int tokens = 0;
        for (int[] s : sequences) {
            if (tokens + s.length > CALIBRATION_TOKENS && !current.isEmpty()) {
                batches.add(Batch.of(current));
                current = new ArrayList<>();
                tokens = 0;
            }
            current.add(s);
            tokens += s.length;
        }
        if (!current.isEmpty()) {
            batches.add(Batch.of(current));
        }
        return batches;
    }

    private static String said(Quality q) {
        return String.format(Locale.ROOT, "cosine %.4f, Spearman %.4f", q.cosine(), q.spearman());
    }
}
