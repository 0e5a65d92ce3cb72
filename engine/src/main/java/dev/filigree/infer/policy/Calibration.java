package dev.filigree.infer.policy;

import dev.filigree.calib.Watch;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Perplexity;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** A model and text on which a policy finds its levels. What is computed depends on neither the number of threads nor what was asked before. */
public final class Calibration {

    /** Share at the end of each sequence whose error counts: what comes before has little context (Liu et al. 2024, arXiv:2408.14690). */
    private static final double JUDGED = 0.25;

    private final CausalModel model;
    private final Compute compute;
    private final List<int[]> sequences;
    private final Tokens batch;
    private final IntConsumer progress;

    /**
     * @param sequences of token ids, each with the one that begins it; may be empty for policies that need no text
     * @param progress  is told how many blocks were done since the last time
     */
    public Calibration(CausalModel model, Compute compute, List<int[]> sequences, IntConsumer progress) {
        this.model = model;
        this.compute = compute;
        this.sequences = List.copyOf(sequences);
        this.batch = sequences.isEmpty() ? null : Tokens.of(sequences);
        this.progress = progress;
    }

    public static Calibration of(LanguageModel model, List<int[]> sequences, IntConsumer progress) {
        return new Calibration(model.model(), model.compute(), sequences, progress);
    }

    public CausalModel model() {
        return model;
    }

    public List<int[]> sequences() {
        return sequences;
    }

    /** Which tokens a policy acts on: all but the first hundredth of each sequence, the beginning at least. */
    static boolean[] masked(Tokens batch) {
        boolean[] masked = new boolean[batch.tokens()];
        for (int s = 0; s < batch.size(); s++) {
            int whole = Perplexity.whole(batch.spans().length(s));
            for (int t = batch.spans().start()[s] + whole; t < batch.spans().start()[s + 1]; t++) {
                masked[t] = true;
            }
        }
        return masked;
    }

    /** One block with what enters it when everything before is read whole. */
    public final class Block {

        private final int index;
        private final Eager ops;
        private final Value x;
        private final Value dense;
        private final List<Site> sites;

        private Block(int index, Eager ops, Value x, Value dense) {
            this.index = index;
            this.ops = ops;
            this.x = x;
            this.dense = dense;
            this.sites = Gates.sites(model).stream().filter(s -> s.block() == index).toList();
        }

        /** Sites of this block that policies act on. */
        public List<Site> sites() {
            return sites;
        }

        /**
         * Where scores {@code |x_j| c_j} of what goes into each site lie.
         *
         * @param scales of a site, null for 1
         */
        Map<Site, Quantiles> inputs(Map<Site, float[]> scales) {
            Map<Site, Quantiles> found = new HashMap<>();
            Map<String, Site> named = sites.stream().collect(Collectors.toMap(Site::name, s -> s));
            run(new Watch(ops, (weight, v) -> {
                Site site = named.get(weight.name());
                if (site != null) {
                    found.put(site, quantiles(v, scales.get(site)));
                }
            }));
            return found;
        }

        /** Where the sizes of what comes out of one site lie. */
        Quantiles outputs(Site site) {
            Quantiles[] found = new Quantiles[1];
            run(new Watch(ops, new Watch.Listener() {
                @Override
                public void input(Param weight, Value v) {
                    // only what comes out is asked for
                }

                @Override
                public void output(Param weight, Value v) {
                    if (weight.name().equals(site.name())) {
                        found[0] = quantiles(v, null);
                    }
                }
            }));
            return found[0];
        }

        /**
         * The error of leaving out, at one site, inputs whose score {@code |x_j| c_j} is below each of some thresholds: the mean over tokens of
         * {@code ||W (x - kept)|| / ||W x||}.
         */
        double[] truncation(Site site, float[] c, float[] thresholds) {
            double[] errors = new double[thresholds.length];
            run(new Watch(ops, (weight, v) -> {
                if (weight.name().equals(site.name())) {
                    Value whole = ops.linear(weight, null, Activation.NONE, v);
                    for (int i = 0; i < thresholds.length; i++) {
                        errors[i] = left(weight, v, whole, Inputs.below(thresholds[i], c));
                    }
                    ops.release(whole);
                }
            }));
            return errors;
        }

        private double left(Param weight, Value v, Value whole, Gate gate) {
            Value off = ops.input(v);
            for (int t = 0; t < v.tokens(); t++) {
                float[] token = v.token(t);
                float[] kept = token.clone();
                gate.close(kept);
                for (int j = 0; j < token.length; j++) {
                    off.data().set(off.at(t, j), kept[j] == 0 ? token[j] : 0);
                }
            }
            Value y = ops.linear(weight, null, Activation.NONE, off);
            ops.release(off);
            boolean[] masked = masked(batch);
            double sum = 0;
            int n = 0;
            for (int t = 0; t < y.tokens(); t++) {
                double size = Forward.length(whole, t);
                if (masked[t] && size > 0) {
                    sum += Forward.length(y, t) / size;
                    n++;
                }
            }
            ops.release(y);
            return n == 0 ? 0 : sum / n;
        }

        /** The error that gates make at the block's end: {@code ||y - y'|| / ||y||} over the last quarter of each sequence. */
        public double error(Map<String, Gate> gates) {
            Skipping skipping = new Skipping(ops, model, sites, gates);
            skipping.tokens(masked(batch));
            Value y = model.block(skipping, index, x, batch);
            double error = 0;
            double size = 0;
            for (int s = 0; s < batch.size(); s++) {
                int end = batch.spans().start()[s + 1];
                for (int t = end - Math.max(1, (int) (JUDGED * batch.spans().length(s))); t < end; t++) {
                    for (int f = 0; f < y.features(); f++) {
                        double d = y.get(t, f) - dense.get(t, f);
                        error += d * d;
                        size += (double) dense.get(t, f) * dense.get(t, f);
                    }
                }
            }
            ops.release(y);
            return Math.sqrt(error / size);
        }

        private void run(Ops watch) {
            ops.release(model.block(watch, index, x, batch));
        }

        private Quantiles quantiles(Value v, float[] c) {
            boolean[] masked = masked(batch);
            float[] scores = new float[v.tokens() * v.features()];
            int n = 0;
            for (int t = 0; t < v.tokens(); t++) {
                if (masked[t]) {
                    float[] token = v.token(t);
                    for (int j = 0; j < token.length; j++) {
                        scores[n++] = Inputs.score(token, c, j);
                    }
                }
            }
            return new Quantiles(Arrays.copyOf(scores, n));
        }
    }

    /** Shows every block with what enters it. */
    public void blocks(Consumer<Block> task) {
        try (Eager ops = new Eager(compute)) {
            Value x = model.enter(ops, batch);
            for (int i = 0; i < model.blocks(); i++) {
                Value y = model.block(ops, i, x, batch);
                task.accept(new Block(i, ops, x, y));
                ops.release(x);
                x = y;
                progress.accept(1);
            }
            ops.release(x);
        }
    }

    /**
     * How well the model foresees the text.
     *
     * @param loss  mean of -ln of the probability of the token that comes
     * @param spent what gates left out
     */
    public record Judged(double loss, Spent spent) {
    }

    /** The mean of -ln of the probability of the token that comes, over all sequences, under gates. */
    public double loss(Map<String, Gate> gates) {
        return judged(gates).loss;
    }

    /** The same with what was left out. */
    public Judged judged(Map<String, Gate> gates) {
        try (Eager ops = new Eager(compute)) {
            Skipping skipping = new Skipping(ops, model, Gates.sites(model), gates);
            skipping.tokens(masked(batch));
            Value y = model.forward(skipping, batch);
            double sum = 0;
            int judged = 0;
            for (int s = 0; s < batch.size(); s++) {
                for (int t = batch.spans().start()[s]; t + 1 < batch.spans().start()[s + 1]; t++) {
                    sum -= Perplexity.likelihood(y.token(t), batch.ids()[t + 1]);
                    judged++;
                }
            }
            return new Judged(sum / judged, skipping.spent());
        }
    }
}
