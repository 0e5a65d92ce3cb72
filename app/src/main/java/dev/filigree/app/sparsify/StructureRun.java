package dev.filigree.app.sparsify;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.base.Rng;
import dev.filigree.io.StoredDecoder;
import dev.filigree.model.CausalModel;
import dev.filigree.model.DecoderBody;
import dev.filigree.model.Site;
import dev.filigree.prune.Recipe;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.prune.criterion.Magnitude;
import dev.filigree.prune.method.Scored;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.prune.schedule.OneShot;
import dev.filigree.prune.structure.Operation;
import dev.filigree.prune.structure.Structure;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import dev.filigree.train.Budget;
import dev.filigree.train.Loop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** One run of {@code sparsify --structure}: load a language model, evaluate, take a part out for good, save, and measure what was saved. */
public final class StructureRun {

    /** Nothing of what is left is zero. */
    private static final Recipe EVERYTHING = new Recipe(Blocks.unstructured(), new Uniform(), new Scored(new Magnitude()), List.of(), 0);

    private final Settings settings;
    private final Path out;
    private final int threads;
    private final Progress progress;
    private final Structure structure;

    public StructureRun(Settings settings, Path out, int threads, Progress progress) {
        this.settings = settings;
        this.out = out;
        this.threads = threads;
        this.progress = progress;
        this.structure = settings.taken();
        settings.stored();
        settings.memoryBytes();
        settings.budget();
        settings.taught();
        try (StoredDecoder stored = KnownLanguageModel.stored(settings.model())) {
            structure.check(stored.config(), settings.share());
        }
    }

    /** Does it all; what it found is also in the folder. */
    public Outcome run() {
        Rng rng = new Rng(settings.seed());
        try (DecoderWork piece = open(rng)) {
            RunRecord record = RunRecord.start("sparsify", settings.seed(), threads, piece.compute().kernels().name(), settings.words(), piece.data());
            Map<String, Quality> quality = new LinkedHashMap<>();
            quality.put(SparsifyRun.DENSE, look("evaluate dense", piece::reference));
            CausalModel control = cut("control", structure.control(), piece, rng);
            quality.put(SparsifyRun.RANDOM, look("evaluate control", () -> piece.judge(control)));
            CausalModel left = cut("calibrate, cut", structure, piece, rng);
            quality.put(SparsifyRun.ONE_SHOT, look("evaluate one-shot", () -> piece.judge(left)));
            List<Outcome.Point> curve = new ArrayList<>();
            CausalModel recovered = settings.budget().none() ? left : recover(left, piece, rng, quality, curve);
            try (Progress.Stage stage = progress.stage("save", 0)) {
                piece.save(out, recovered, null);
                stage.note(out.toString());
            }
            String footprint = "the model and what is left of it";
            Outcome outcome = new Measurement(piece, out, progress).measure(record, settings.share(), footprint, quality, curve, null, List.of());
            Page.write(out, outcome);
            return outcome;
        }
    }

    /** Distils what is left, all of it dense, from the whole model. An interrupted run leaves the best model so far, and cannot be gone on with. */
    private CausalModel recover(CausalModel left, DecoderWork piece, Rng rng, Map<String, Quality> quality, List<Outcome.Point> curve) {
        CausalModel whole = (CausalModel) piece.teacher();
        boolean alike = left.blocks() == whole.blocks() && left.config().cut().widths().isEmpty();
        try (Recovery recovery = new Recovery(piece, EVERYTHING, new OneShot(), List.of(), settings.taught(alike), rng.split("recovery"), settings.memoryBytes(), Double.POSITIVE_INFINITY)) {
            Budget.Measured budget = recovery.measure(settings.budget(), left, 0);
            progress.say(String.format(Locale.ROOT, "recovery: %s is %d steps", settings.recover(), budget.steps()));
            curve.add(new Outcome.Point(0, 0, quality.get(SparsifyRun.ONE_SHOT).nearness()));
            piece.save(out, left, null);
            DecoderBody student = DecoderBody.sharing(left);
            recovery.run(student, budget.steps(), null, Recovery.named(settings), progress, new Recovery.Watcher() {

                private double best = Double.NEGATIVE_INFINITY;

                @Override
                public void looked(Outcome.Point point, Loop loop) {
                    curve.add(point);
                    if (point.nearness() > best && point.step() < loop.steps()) {
                        best = point.nearness();
                        piece.save(out, student, null);
                    }
                }

                @Override
                public void store(Loop loop) {
                    // nothing to go on from
                }
            });
            return student;
        }
    }

    private DecoderWork open(Rng rng) {
        try (Progress.Stage stage = progress.stage("load", 0)) {
            DecoderWork piece = DecoderWork.open(settings, threads, rng);
            stage.note(piece.data().get("training text"));
            return piece;
        }
    }

    private CausalModel cut(String name, Structure how, DecoderWork piece, Rng rng) {
        try (Progress.Stage stage = progress.stage(name, 0)) {
            CausalModel whole = (CausalModel) piece.teacher();
            CausalModel left = how.cut(new Operation(piece.compute(), whole, piece.calibration(), settings.share(), rng.split("structure"), settings.memoryBytes(), settings.mended()));
            stage.note(String.format(Locale.ROOT, "%,d of %,d weights of the layers are left", positions(left), positions(whole)));
            return left;
        }
    }

    private static long positions(CausalModel model) {
        return model.sites().stream().filter(s -> s.block() < model.blocks()).mapToLong(Site::positions).sum();
    }

    private Quality look(String name, Supplier<Quality> judge) {
        try (Progress.Stage stage = progress.stage(name, 0)) {
            Quality q = judge.get();
            stage.note(q.said());
            return q;
        }
    }
}
