package dev.filigree.train;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Cell;
import dev.filigree.model.Decoder;
import dev.filigree.model.Llama;
import dev.filigree.model.Network;
import dev.filigree.model.RecurrentLanguage;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.loss.CrossEntropy;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A whole step of a language model, sparse beside its dense twin, in turns in one process: not a test, run its {@code main}.
 * Arguments: threads, sparsity in percent, vocabulary, rounds, then "decoder", "llama" or a cell.
 */
final class LanguageBench {

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private LanguageBench() {
    }

    public static void main(String[] args) {
        int threads = Integer.parseInt(args[0]);
        double sparsity = Double.parseDouble(args[1]) / 100;
        int vocabulary = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        try (Parallel parallel = new Parallel(threads)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Clocked clocked = new Clocked(Kernels.best());
            try (Loop dense = loop(compute, args[4], vocabulary, 0); Loop sparse = loop(compute, args[4], vocabulary, sparsity);
                    Loop timed = loop(new Compute(clocked.kernels(), parallel), args[4], vocabulary, sparsity)) {
                List<Double> ratios = new ArrayList<>();
                List<Double> a = new ArrayList<>();
                List<Double> b = new ArrayList<>();
                for (int i = 0; i < 2 * rounds; i++) {
                    double one = seconds(dense, threads == 1);
                    double two = seconds(sparse, threads == 1);
                    if (i >= rounds) {
                        a.add(one);
                        b.add(two);
                        ratios.add(one / two);
                    }
                }
                System.out.printf(Locale.ROOT, "%s, %d threads, vocabulary %d: dense %.1f ms, %.0f %% sparse %.1f ms, ratio %.2f%n", args[4], threads, vocabulary,
                        1e3 * median(a), 100 * sparsity, 1e3 * median(b), median(ratios));
                for (int i = 0; i < rounds; i++) {
                    if (i == rounds / 2) {
                        clocked.clear();
                    }
                    timed.advance();
                }
                clocked.print(rounds - rounds / 2);
            }
        }
    }

    /** On one thread the time that it had the processor: neighbours do not count. */
    private static double seconds(Loop loop, boolean alone) {
        long start = alone ? CLOCK.getCurrentThreadCpuTime() : System.nanoTime();
        loop.advance();
        return ((alone ? CLOCK.getCurrentThreadCpuTime() : System.nanoTime()) - start) * 1e-9;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static Loop loop(Compute compute, String kind, int vocabulary, double sparsity) {
        boolean decoder = kind.equals("decoder") || kind.equals("llama");
        Network net = kind.equals("llama") ? new Llama(new DecoderConfig(vocabulary, 256, 256, 688, 4, 4, 4, 1e-5f, 10_000, false, true))
                : decoder ? new Decoder(Decoder.Shape.of(vocabulary, 128, 256, 4, 4)) : new RecurrentLanguage(Cell.valueOf(kind), vocabulary, 256, 256, 2);
        Birth birth = new Birth(compute, net, new Rng(1));
        for (Site s : net.sites()) {
            if (sparsity == 0) {
                birth.dense(s);
            } else {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), (int) Math.round((1 - sparsity) * s.positions()), new Rng(2).split(s.name())), Layout.CSR);
            }
        }
        Rng rng = new Rng(3);
        Vocabulary words = new Vocabulary(Vocabulary.Unit.WORDS, IntStream.range(0, vocabulary).mapToObj(i -> "w" + i).toList());
        TextData text = new TextData(words, IntStream.range(0, 200_000).map(i -> rng.nextInt(vocabulary)).toArray());
        TextBatches batches = new TextBatches(text, decoder ? 16 : 64, kind.equals("llama") ? 256 : decoder ? 128 : 32, new Rng(4));
        return new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), batches, new Adam(0.9, 0.99, 1e-8, 0.01), 1e-3, new Rates.Constant(0), 1, 10_000,
                Layout.CSR, List.of(), new Rng(5)));
    }
}
