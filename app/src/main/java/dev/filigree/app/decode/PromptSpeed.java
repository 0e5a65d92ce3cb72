package dev.filigree.app.decode;

import dev.filigree.base.Floats;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Precision;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.report.Metrics;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Tiled;
import java.util.stream.IntStream;

/**
 * How fast a prompt was read, beside the product of its feed-forward net alone.
 *
 * @param weights in how many bits
 * @param flops   of the products of a token, a multiply-add is two; the head not counted, which a prompt does not need
 * @param seconds of a token, round by round
 * @param peak    operations a second of one dense 32-bit product {@code [inner x hidden]} of as many tokens, round by round
 */
record PromptSpeed(String weights, int threads, int tokens, double flops, double[] seconds, double[] peak) {

    private static final int WIDTH = 64;

    /** Reads a prompt and computes the product in turn. */
    static PromptSpeed of(CausalModel model, Precision precision, Compute compute, int tokens, int rounds) {
        DecoderConfig c = model.config();
        double flops = 2.0 * model.sites().stream().filter(s -> !s.name().startsWith("lm_head")).mapToLong(Site::positions).sum();
        int[] ids = IntStream.range(0, tokens).map(i -> i % c.vocab()).toArray();
        Tiled weight = Tiled.room(c.inner(), c.hidden());
        int panels = Math.ceilDiv(tokens, WIDTH);
        Floats x = Floats.allocate(panels * WIDTH * c.hidden()).fill(0.5f);
        Floats y = Floats.allocate(panels * WIDTH * c.inner());
        double[] seconds = new double[rounds];
        double[] peak = new double[rounds];
        try (LanguageModel lm = LanguageModel.of(model, null, compute.parallel().threads())) {
            for (int r = -1; r < rounds; r++) { // one to warm up
                double s;
                try (Decoding sequence = lm.decoding(tokens)) {
                    long begin = System.nanoTime();
                    sequence.read(ids);
                    s = Contestant.since(begin) / tokens;
                }
                int calls = 0;
                long begin = System.nanoTime();
                do {
                    Matmul.apply(compute, weight, null, Activation.NONE, x, y, panels, WIDTH);
                    calls++;
                } while (Contestant.since(begin) < Math.min(0.3, s * tokens));
                if (r >= 0) {
                    seconds[r] = s;
                    peak[r] = 2.0 * c.inner() * c.hidden() * panels * WIDTH * calls / Contestant.since(begin);
                }
            }
        }
        return new PromptSpeed(precision.label(), compute.parallel().threads(), tokens, flops, seconds, peak);
    }

    double tokensPerSecond() {
        return 1 / Metrics.median(seconds);
    }

    /** Operations a second over those of the product alone, the median over rounds. */
    double share() {
        return Metrics.median(IntStream.range(0, seconds.length).mapToDouble(i -> flops / seconds[i] / peak[i]).toArray());
    }
}
