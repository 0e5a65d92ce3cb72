package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Supernet;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Learns what each operation of a {@link Supernet} counts for: {@code p = softmax(a)} on each edge (Liu et al. 2018,
 * arXiv:1806.09055), which is written into the gains of the operations' normalisations. From step {@code from} on weights and a take
 * turns, each with a batch of its own; a step of a leaves everything else as it is. With {@code g_k} the gradient at
 * {@code p_k}, summed over channels, {@code da_k = p_k (g_k - sum_j p_j g_j)}; a follows Adam (0.5, 0.999). Beside learned positions,
 * whose turns are the same, it is the search of DASS (Mousavi et al. 2022, arXiv:2207.06968): what an operation is worth is
 * judged through its sparse weights.
 */
public final class Mixture implements Hook {

    private static final double B1 = 0.5;
    private static final double B2 = 0.999;
    private static final double EPS = 1e-8;

    private final Supernet network;
    private final double rate;
    private final long from;
    private final double[][] a;
    private final double[][] first;
    private final double[][] second;
    private long updates;

    /**
     * @param rate of a
     * @param from step from which on a learns
     */
    public Mixture(Supernet network, double rate, long from) {
        if (!(rate > 0 && rate < Double.MAX_VALUE) || from < 0) {
            throw new UserError("mixture of operations: found rate " + rate + " from step " + from + ", expected a rate above 0 and a step of at least 0");
        }
        this.network = network;
        this.rate = rate;
        this.from = from;
        this.a = zeros(network);
        this.first = zeros(network);
        this.second = zeros(network);
    }

    private static double[][] zeros(Supernet network) {
        return network.operations().stream().map(e -> new double[e.size()]).toArray(double[][]::new);
    }

    /** What each operation of an edge counts for; they add up to one. */
    public double[] shares(int edge) {
        double most = Arrays.stream(a[edge]).max().orElseThrow();
        double[] p = Arrays.stream(a[edge]).map(v -> Math.exp(v - most)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(v -> v / sum).toArray();
    }

    /** The operation of each edge that counts most; of equal ones the first. */
    public List<Supernet.Operation> best() {
        List<Supernet.Operation> best = new ArrayList<>();
        for (int e = 0; e < a.length; e++) {
            int most = 0;
            for (int k = 1; k < a[e].length; k++) {
                most = a[e][k] > a[e][most] ? k : most;
            }
            best.add(network.operations().get(e).get(most));
        }
        return best;
    }

    private boolean learns(long step) {
        return step >= from && (step - from) % 2 == 1;
    }

    @Override
    public void prepare(Loop loop) {
        boolean still = learns(loop.step());
        if (loop.step() >= from) {
            loop.gradients().trained().forEach(p -> loop.gradients().freeze(p, still));
        }
        for (int e = 0; e < a.length; e++) {
            double[] p = shares(e);
            List<Held> gains = network.gains(e);
            for (int k = 0; k < p.length; k++) {
                Slots.of(gains.get(k).backward()).fill((float) p[k]);
                loop.gradients().freeze(gains.get(k), true);
            }
        }
    }

    @Override
    public void differentiated(Loop loop, long step) {
        if (!learns(step)) {
            return;
        }
        updates++;
        for (int e = 0; e < a.length; e++) {
            double[] p = shares(e);
            double[] g = network.gains(e).stream().mapToDouble(gain -> sum(loop.gradients().of(gain))).toArray();
            double mean = 0;
            for (int k = 0; k < p.length; k++) {
                mean += p[k] * g[k];
            }
            for (int k = 0; k < p.length; k++) {
                double d = p[k] * (g[k] - mean);
                first[e][k] = B1 * first[e][k] + (1 - B1) * d;
                second[e][k] = B2 * second[e][k] + (1 - B2) * d * d;
                a[e][k] -= rate * first[e][k] / (1 - Math.pow(B1, updates)) / (Math.sqrt(second[e][k] / (1 - Math.pow(B2, updates))) + EPS);
            }
        }
    }

    private static double sum(Floats values) {
        double sum = 0;
        for (int i = 0; i < values.length(); i++) {
            sum += values.get(i);
        }
        return sum;
    }

    @Override
    public void save(StateWriter out) {
        out.put("updates", updates);
        save(out.in("a"), a);
        save(out.in("first"), first);
        save(out.in("second"), second);
    }

    @Override
    public void load(StateReader in) {
        updates = in.integer("updates");
        load(in.in("a"), a);
        load(in.in("first"), first);
        load(in.in("second"), second);
    }

    private static void save(StateWriter out, double[][] values) {
        for (int e = 0; e < values.length; e++) {
            for (int k = 0; k < values[e].length; k++) {
                out.put(e + "." + k, values[e][k]);
            }
        }
    }

    private static void load(StateReader in, double[][] values) {
        for (int e = 0; e < values.length; e++) {
            for (int k = 0; k < values[e].length; k++) {
                values[e][k] = in.number(e + "." + k);
            }
        }
    }
}
