package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Turn;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Batches;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Loss;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A whole training step of square layers {@code [side x side]} with ReLU between them, by the loop that {@code train} runs:
 * forward, backward, and SGD with momentum 0.9. Every layer holds the same numbers, the peer's. The gradient at the input is
 * nobody's, so it is not computed.
 */
final class NetworkStep implements Turn {

    static final int LAYERS = 3;

    /** What one unit that is almost zero changes, on one side of zero in one order of sums and on the other in another. */
    static final double TOLERANCE = 1e-2;

    private static final double HARDLY_ANY = 1e-30; // costs what any rate does, and the outputs stay comparable

    private final Loop loop;
    private Value output; // of the step in progress
    private float[] samples = new float[0]; // null while they are asked for

    /** @param layout how layers are held where the mask leaves zeros; {@link Layout#TILED} for the dense step */
    NetworkStep(Compute compute, int side, int tokens, Mask mask, Layout layout) {
        Mlp net = new Mlp(Collections.nCopies(LAYERS + 1, side), Activation.RELU);
        for (Site s : net.sites()) {
            net.param(s).set(mask.weight(Arena.ofAuto(), side, side, layout));
        }
        Floats dy = panels(side, tokens, Numbers.GRADIENT).data();
        this.loop = new Loop(compute, net, new Setup((running, in) -> {
            output = running.model().forward(running.tape(), in);
            running.tape().seed(output, dy);
            running.tape().backward();
            return new Loss(0, Map.of());
        }, new Same(new Samples(panels(side, tokens, Numbers.INPUT), new int[tokens])), new Sgd(0.9, false, 0), HARDLY_ANY, new Rates.Constant(0),
                Double.MAX_VALUE, Long.MAX_VALUE / 2, Layout.CSR, List.of(new Kept()), new Rng(1)));
    }

    /** Takes the samples while they are there. */
    private final class Kept implements Hook {
        @Override
        public void afterBackward(Loop running, long step) {
            if (samples == null) {
                samples = new float[3 * Numbers.SAMPLES];
                System.arraycopy(Entrants.sampled(output), 0, samples, 0, Numbers.SAMPLES);
                for (int i = 0; i < Numbers.SAMPLES; i++) {
                    samples[Numbers.SAMPLES + i] = gradient(0, i);
                    samples[2 * Numbers.SAMPLES + i] = gradient(LAYERS - 1, i);
                }
            }
        }
    }

    private float gradient(int layer, int sample) {
        return loop.gradients().of(loop.model().param(loop.model().sites().get(layer))).get(slot(sample));
    }

    long live() {
        return loop.model().live();
    }

    long bytes() {
        return loop.model().sites().stream().mapToLong(s -> loop.model().param(s).forward().bytes()).sum();
    }

    @Override
    public double round(double seconds) {
        return Entrants.time(loop::advance, seconds);
    }

    /** The output, and the gradients of the first and the last layer at {@link #places}. */
    @Override
    public float[] samples() {
        samples = null;
        loop.advance();
        return samples;
    }

    /** Rows and columns of the sampled gradients: only live positions have any. */
    int[][] places() {
        int[][] places = new int[Numbers.SAMPLES][];
        first().forEach((r, c, slot, v) -> {
            for (int i = 0; i < places.length; i++) {
                places[i] = slot == slot(i) ? new int[] {r, c} : places[i];
            }
        });
        return places;
    }

    private int slot(int sample) {
        return Numbers.place(sample, 0, Slots.of(first()).length());
    }

    private Weight first() {
        return loop.model().param(loop.model().sites().getFirst()).forward();
    }

    private static Value panels(int side, int tokens, int stream) {
        int width = Kernels.widthFor(tokens);
        Value v = new Value(Floats.allocate(Value.length(side, tokens, width)), side, tokens, width);
        for (int t = 0; t < tokens; t++) {
            for (int f = 0; f < side; f++) {
                v.data().set(v.at(t, f), stream == Numbers.INPUT ? Numbers.input(t, f, side) : Numbers.gradient(t, f, side));
            }
        }
        return v;
    }

    /** What {@link #samples} must be, by the definition. */
    static double[] expected(int side, int tokens, Mask mask, int[][] places) {
        double[] w = new double[side * side];
        for (int i = 0; i < w.length; i++) {
            w[i] = mask.live(i / side, i % side, side) ? Numbers.weight(i / side, i % side, side) : 0;
        }
        double[] all = new double[3 * Numbers.SAMPLES];
        for (int t = 0; t < tokens; t++) {
            double[][] h = new double[LAYERS + 1][side]; // what layers take in, and the output
            double[][] d = new double[LAYERS + 1][side]; // the gradients there
            for (int f = 0; f < side; f++) {
                h[0][f] = Numbers.input(t, f, side);
                d[LAYERS][f] = Numbers.gradient(t, f, side);
            }
            for (int layer = 0; layer < LAYERS; layer++) {
                for (int r = 0; r < side; r++) {
                    double sum = 0;
                    for (int c = 0; c < side; c++) {
                        sum += w[r * side + c] * h[layer][c];
                    }
                    h[layer + 1][r] = layer < LAYERS - 1 ? Math.max(0, sum) : sum;
                }
            }
            for (int layer = LAYERS - 1; layer > 0; layer--) {
                for (int r = 0; r < side; r++) {
                    for (int c = 0; c < side; c++) {
                        d[layer][c] += w[r * side + c] * d[layer + 1][r];
                    }
                }
                for (int c = 0; c < side; c++) {
                    d[layer][c] = h[layer][c] > 0 ? d[layer][c] : 0;
                }
            }
            for (int i = 0; i < Numbers.SAMPLES; i++) {
                all[i] += Numbers.place(i, 1, tokens) == t ? h[LAYERS][Numbers.place(i, 0, side)] : 0;
                all[Numbers.SAMPLES + i] += d[1][places[i][0]] * h[0][places[i][1]];
                all[2 * Numbers.SAMPLES + i] += d[LAYERS][places[i][0]] * h[LAYERS - 1][places[i][1]];
            }
        }
        return all;
    }

    /** The same examples in every step. */
    private record Same(Samples samples) implements Batches {
        @Override
        public Batch next() {
            return samples;
        }

        @Override
        public int size() {
            return samples.size();
        }

        @Override
        public int count() {
            return samples.size();
        }

        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public String fingerprint() {
            return "the same";
        }

        @Override
        public void save(StateWriter out) {
        }

        @Override
        public void load(StateReader in) {
        }
    }
}
