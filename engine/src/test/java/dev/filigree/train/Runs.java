package dev.filigree.train;

import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Models;
import dev.filigree.tensor.Layout;
import java.util.List;

/** Small runs of training for tests; two with the same arguments are the same run. */
final class Runs {

    private final Compute compute;

    Runs(Kernels kernels, int threads) {
        this.compute = new Compute(kernels, new Parallel(threads));
    }

    /** A loop and what it works with. */
    record Run(Loop loop, Model teacher, Distillation distillation, Compute compute) implements AutoCloseable {
        @Override
        public void close() {
            loop.close();
            distillation.close();
            compute.parallel().close();
        }
    }

    Compute compute() {
        return compute;
    }

    static List<int[]> sentences() {
        return Models.sequences(30, 12, 40, 5);
    }

    Bert student() {
        return Models.sparse(Models.config(Pooling.MEAN), 1, 0.6, Layout.CSR);
    }

    Setup setup(long steps, List<Hook> hooks) {
        Distillation step = new Distillation(compute, teacher(), Distillation.Weights.DEFAULT);
        return new Setup(step, new SentenceBatches(sentences(), 8, new Rng(2)), new Adam(0.9, 0.98, 1e-8, 0), 5e-3, new Rates.Linear(0.05), 1, steps, Layout.CSR, hooks,
                new Rng(3));
    }

    Run start(long steps, List<Hook> hooks) {
        Setup setup = setup(steps, hooks);
        return new Run(new Loop(compute, student(), setup), teacher(), (Distillation) setup.step(), compute);
    }

    private static Model teacher() {
        return Models.dense(Models.config(Pooling.MEAN), 1);
    }
}
