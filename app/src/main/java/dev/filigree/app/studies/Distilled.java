package dev.filigree.app.studies;

import dev.filigree.app.sparsify.Closeness;
import dev.filigree.base.Rng;
import dev.filigree.infer.Session;
import dev.filigree.model.Bert;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.prune.regime.Regime;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Adam;
import dev.filigree.train.Distillation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.SentenceBatches;
import dev.filigree.train.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of an encoder that became sparse while it learned to do as the encoder does.
 *
 * @param quality of what is left
 * @param whole   rank correlation with everything that was trained, before what did not survive was removed; NaN where nothing was
 * @param outside share of the squared length of the trained weights that was removed
 * @param speed   sentences a second, as a multiple of the dense encoder's
 */
record Distilled(Closeness quality, double whole, double outside, double speed) {

    /** Rank correlation with what people said. */
    double score() {
        return quality.spearman();
    }

    private static final int BATCH = 16;
    private static final int ROUNDS = 3;
    private static final int TIMED = 64;

    /** @param method N:M by one of the regimes */
    static Distilled of(Pretrained encoder, String method, int steps, double rate, Distillation.Weights weights, long seed) {
        Rng rng = new Rng(seed);
        Bert student = encoder.copy();
        Regime regime = Parts.REGIMES.make(method);
        double sparsity = regime.fixedSparsity().orElseThrow();
        regime.births(student.sites(), sparsity);
        Last last = new Last(encoder, student);
        List<Hook> hooks = Stream.concat(Stream.of(last), regime.hooks(student.sites(), sparsity).stream()).toList(); // the first sees what the others remove
        try (Distillation teacher = new Distillation(encoder.compute(), encoder.model(), weights);
                Loop loop = new Loop(encoder.compute(), student, new Setup(teacher, new SentenceBatches(encoder.sentences(), BATCH, rng.split("order")),
                        new Adam(0.9, 0.98, 1e-8, 0), rate, new Rates.Linear(0.1), 1, steps, Layout.CSR, hooks, rng.split("training")))) {
            loop.run((step, all, loss, batch, seconds) -> { });
            return new Distilled(encoder.quality(student), last.whole, last.outside, speed(encoder, student));
        }
    }

    /** Looks at the trained weights once more before the method leaves only the survivors. */
    private static final class Last implements Hook {

        private final Pretrained encoder;
        private final Bert student;
        private double whole = Double.NaN;
        private double outside;

        Last(Pretrained encoder, Bert student) {
            this.encoder = encoder;
            this.student = student;
        }

        @Override
        public void afterStep(Loop loop, long step) {
            if (step < loop.steps() - 1 || !student.param(student.sites().getFirst()).projected()) {
                return;
            }
            double all = 0;
            double live = 0;
            for (Site s : student.sites()) {
                all += squares(student.param(s).backward());
                live += squares(student.param(s).forward());
                student.param(s).project(null, null);
            }
            outside = 1 - live / all;
            whole = encoder.quality(student).spearman();
        }

        private static double squares(Weight w) {
            double[] sum = new double[1];
            w.forEach((r, c, slot, v) -> sum[0] += (double) v * v);
            return sum[0];
        }
    }

    /** Measured in turns with the dense encoder, medians. */
    private static double speed(Pretrained encoder, Bert student) {
        List<int[]> some = encoder.sentences().subList(0, Math.min(TIMED, encoder.sentences().size()));
        List<Double> ratios = new ArrayList<>();
        try (Session dense = new Session(encoder.model(), encoder.compute()); Session sparse = new Session(student, encoder.compute())) {
            for (int round = 0; round <= ROUNDS; round++) {
                long start = System.nanoTime();
                dense.encode(some);
                long middle = System.nanoTime();
                sparse.encode(some);
                ratios.add((middle - start) / (double) (System.nanoTime() - middle));
            }
        }
        return ratios.subList(1, ratios.size()).stream().sorted().toList().get(ROUNDS / 2); // the first only warms up
    }
}
