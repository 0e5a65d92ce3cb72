package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.io.EncoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Models;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Eager;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of a distillation step goes, at the shapes of a small encoder: not a test, run its {@code main}.
 * Arguments: threads, sparsity in percent, "csr" or rows of a block, steps.
 */
final class TrainBench {

    private static final EncoderConfig MINI = new EncoderConfig(384, 6, 12, 1536, 2000, 512, 2, 1e-12f, Pooling.MEAN, true);
    private static final int SENTENCES = 32;
    private static final int TOKENS = 20;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean(); // of the thread: neighbours do not count

    private TrainBench() {
    }

    public static void main(String[] args) {
        int threads = Integer.parseInt(args[0]);
        double sparsity = Double.parseDouble(args[1]) / 100;
        int blockRows = args[2].equals("csr") ? 1 : Integer.parseInt(args[2]);
        new TrainBench().run(threads, sparsity, blockRows, Integer.parseInt(args[3]));
    }

    private void run(int threads, double sparsity, int blockRows, int steps) {
        try (Parallel parallel = new Parallel(threads)) {
            Compute plain = new Compute(Kernels.best(), parallel);
            Clocked clocked = new Clocked(Kernels.best());
            Compute timed = new Compute(clocked.kernels(), parallel);
            for (Compute compute : List.of(plain, timed)) {
                measure(compute, sparsity, blockRows, steps, compute == plain, clocked);
            }
            clocked.print(steps);
        }
    }

    private void measure(Compute compute, double sparsity, int blockRows, int steps, boolean teacherAlone, Clocked clocked) {
        Model teacher = Models.dense(MINI, 1);
        Bert student = Models.sparse(MINI, 1, 0, Layout.CSR);
        Layout layout = blockRows == 1 ? Layout.CSR : Layout.blocks(blockRows);
        student.sites().forEach(s -> {
            Topology live = topology(s.rows(), s.cols(), 1 - sparsity, blockRows, new Rng(1).split(s.name()));
            Floats values = Floats.allocate(live.count());
            for (int i = 0; i < values.length(); i++) {
                values.set(i, 0.02f + 0.001f * (i % 7));
            }
            student.param(s).set(layout.pack(java.lang.foreign.Arena.ofAuto(), live, values));
        });
        List<int[]> sentences = new ArrayList<>();
        Rng rng = new Rng(2);
        for (int i = 0; i < 512; i++) {
            sentences.add(rng.permutation(2000));
            sentences.set(i, Arrays.copyOf(sentences.get(i), 4 + rng.nextInt(2 * TOKENS - 7)));
        }
        try (Distillation step = new Distillation(compute, teacher, Distillation.Weights.DEFAULT)) {
            Setup setup = new Setup(step, new SentenceBatches(sentences, SENTENCES, new Rng(3)), new Adam(0.9, 0.98, 1e-8, 0), 1e-4, new Rates.Linear(0.05), 1, 10_000,
                    layout, List.of(), new Rng(4));
            try (Loop loop = new Loop(compute, student, setup)) {
                List<Double> seconds = new ArrayList<>();
                long cpu = 0;
                for (int i = 0; i < 2 * steps; i++) {
                    if (i == steps) {
                        clocked.clear();
                        cpu = CLOCK.getCurrentThreadCpuTime();
                    }
                    long start = System.nanoTime();
                    loop.advance();
                    if (i >= steps) {
                        seconds.add((System.nanoTime() - start) * 1e-6);
                    }
                }
                long before = CLOCK.getCurrentThreadCpuTime();
                loop.save(new StateWriter());
                System.out.printf(Locale.ROOT, "state gathered in %.1f ms%n", (CLOCK.getCurrentThreadCpuTime() - before) * 1e-6);
                seconds.sort(null);
                System.out.printf(Locale.ROOT, "%s: step median %.1f ms, fastest %.1f ms, calling thread's share %.1f ms%n", compute.kernels().name(),
                        seconds.get(seconds.size() / 2), seconds.getFirst(), (CLOCK.getCurrentThreadCpuTime() - cpu) * 1e-6 / steps);
            }
        }
        if (teacherAlone) {
            SentenceBatches batches = new SentenceBatches(sentences, SENTENCES, new Rng(3));
            try (Eager eager = new Eager(compute)) {
                List<Double> ms = new ArrayList<>();
                for (int i = 0; i < steps; i++) {
                    Tokens b = batches.next();
                    long start = System.nanoTime();
                    eager.release(teacher.forward(eager, b));
                    ms.add((System.nanoTime() - start) * 1e-6);
                }
                ms.sort(null);
                System.out.printf(Locale.ROOT, "teacher alone: median %.1f ms%n", ms.get(ms.size() / 2));
            }
        }
    }

    private static Topology topology(int rows, int cols, double density, int blockRows, Rng rng) {
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int r = 0; r < rows; r += blockRows) {
            for (int c = 0; c < cols; c++) {
                if (rng.nextDouble() < density) {
                    for (int i = r; i < r + blockRows; i++) {
                        b.add(i, c);
                    }
                }
            }
        }
        return b.build();
    }
}
