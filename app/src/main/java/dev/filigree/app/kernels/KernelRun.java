package dev.filigree.app.kernels;

import dev.filigree.app.KernelCheck;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Measures families of kernels beside native peers: the main work of {@code filigree bench kernels}. */
public final class KernelRun {

    private static final int ROUNDS = 7;
    private static final int QUICK_ROUNDS = 5;

    /** The families' names, for the command line. */
    public static final class Names implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Families.names().iterator();
        }
    }

    private KernelRun() {
    }

    /**
     * @param quick    fewer shapes and rounds
     * @param only     names of families; empty for all
     * @param threads  of the second of the two thread counts
     */
    public static Outcome run(boolean quick, List<String> only, int threads, Progress progress) {
        List<Family> families = Families.named(only);
        Kernels kernels = Kernels.best();
        Map<String, String> recipe = new LinkedHashMap<>(Map.of("families", String.join(", ", families.stream().map(Family::name).toList())));
        recipe.put("rounds", Integer.toString(quick ? QUICK_ROUNDS : ROUNDS));
        for (NativeLibrary l : NativeLibrary.values()) {
            recipe.put(l.label(), l.coordinates());
        }
        RunRecord record = RunRecord.start("bench kernels", 0, threads, kernels.name(), recipe, Map.of());
        try (Lab lab = new Lab(kernels, threads)) {
            KernelCheck check;
            Roof roof;
            try (Progress.Stage stage = progress.stage("machine", 1 + Roof.STEPS)) {
                check = KernelCheck.of(kernels); // first: it waits for the compiler
                stage.add(1);
                roof = Roof.of(lab, () -> stage.add(1));
            }
            List<String> warnings = Stream.concat(check.warnings().stream(), roof.doubt().stream()).toList();
            warnings.forEach(w -> progress.say("WARNING: " + w));
            List<CaseResult> results = new ArrayList<>();
            Referee referee = new Referee(lab, roof, quick ? QUICK_ROUNDS : ROUNDS);
            for (Family f : families) {
                List<Case> cases = f.cases(quick);
                long total = cases.stream().mapToLong(KernelRun::effort).sum();
                try (Progress.Stage stage = progress.stage(f.name(), total)) {
                    long done = 0;
                    for (Case c : cases) {
                        stage.at(done, c.shape() + " x " + c.tokens());
                        results.add(referee.run(f, c));
                        done += effort(c);
                    }
                    stage.note(cases.size() + " cases");
                }
            }
            return Outcome.of(record.finished(), lab.threadCounts(), roof, families, results, lab.absent(), warnings);
        }
    }

    /** What a case costs, in a unit of its own: the same for all whose calls are shorter than a round. */
    private static long effort(Case c) {
        return 1_000 + (long) c.rows() * c.cols() * c.tokens() / 1_250_000;
    }
}
