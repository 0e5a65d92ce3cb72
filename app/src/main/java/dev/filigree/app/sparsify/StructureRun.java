package dev.filigree.app.sparsify;

import dev.filigree.base.Rng;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.prune.structure.Operation;
import dev.filigree.prune.structure.Structure;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** One run of {@code sparsify --structure}: load a language model, evaluate, take a part out for good, save, and measure what was saved. */
public final class StructureRun {

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
            try (Progress.Stage stage = progress.stage("save", 0)) {
                piece.save(out, left, null);
                stage.note(out.toString());
            }
            String footprint = "the model and what is left of it";
            Outcome outcome = new Measurement(piece, out, progress).measure(record, settings.share(), footprint, quality, List.of(), null, List.of());
            Page.write(out, outcome);
            return outcome;
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
            CausalModel left = how.cut(new Operation(piece.compute(), whole, piece.calibration(), settings.share(), rng.split("structure"), settings.memoryBytes()));
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
