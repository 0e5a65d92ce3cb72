package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.PlantedGraph;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Gin;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Graph;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Birth;
import dev.filigree.train.GraphBatches;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A graph network of plain sums equals its formula, written down anew in double precision, and its gradients the differences
 * of that: steps so small cross no kink of a ReLU, of which this network has too many for the steps of the general law.
 */
class GinLawTest {

    private static final double STEP = 1e-7;

    private final GraphData graph = new PlantedGraph(80, 2, 4, 0.8, 6, 4, 0.5).make(1);
    private final Map<String, double[][]> weights = new HashMap<>();

    private double[][] times(double[][] x, String layer, boolean relu) {
        double[][] w = weights.get(layer + ".weight");
        double[][] b = weights.get(layer + ".bias");
        double[][] y = new double[x.length][w.length];
        for (int i = 0; i < x.length; i++) {
            for (int r = 0; r < w.length; r++) {
                y[i][r] = b[r][0];
                for (int c = 0; c < w[r].length; c++) {
                    y[i][r] += w[r][c] * x[i][c];
                }
                y[i][r] = relu ? Math.max(0, y[i][r]) : y[i][r];
            }
        }
        return y;
    }

    private double[][] formula() {
        double[][] x = new double[graph.nodes()][graph.features()];
        for (int i = 0; i < x.length; i++) {
            for (int f : graph.ones().get(i)) {
                x[i][f] = 1f / graph.ones().get(i).length;
            }
        }
        for (int layer = 0; layer < 2; layer++) {
            double[][] sum = Arrays.stream(x).map(double[]::clone).toArray(double[][]::new);
            for (int[] e : graph.edges()) {
                for (int f = 0; f < x[0].length; f++) {
                    sum[e[0]][f] += x[e[1]][f];
                    sum[e[1]][f] += x[e[0]][f];
                }
            }
            x = times(times(sum, "layer." + layer + ".first", true), "layer." + layer + ".second", true);
        }
        return times(x, "output", false);
    }

    private static double form(double[][] y, Value of) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            for (int f = 0; f < y[i].length; f++) {
                sum += y[i][f] * of.get(i, f);
            }
        }
        return sum;
    }

    @Test
    void isItsFormulaWithTheGradientOfIt() {
        Compute compute = new Compute(Kernels.best(), Parallel.single());
        Gin net = new Gin(graph.features(), 7, 2, 2);
        Birth birth = new Birth(compute, net, new Rng(3));
        for (Site s : net.sites()) {
            birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.ceilDiv(2 * s.rows() * s.cols(), 3), new Rng(4).split(s.name())), Layout.CSR);
        }
        Rng rng = new Rng(5);
        for (Held p : net.params()) {
            if (p.forward().cols() == 1) {
                for (int i = 0; i < p.forward().rows(); i++) {
                    Slots.of(p.forward()).set(i, (float) (0.3 * rng.nextGaussian()));
                }
            }
            double[][] copy = new double[p.forward().rows()][p.forward().cols()];
            p.forward().forEach((r, c, slot, v) -> copy[r][c] = v);
            weights.put(p.name(), copy);
        }
        Graph batch = new GraphBatches(graph, GraphData.Part.TRAIN).next();
        double[][] expected = formula();
        try (Eager eager = new Eager(compute)) {
            Value y = net.forward(eager, batch);
            for (int i = 0; i < expected.length; i++) {
                for (int f = 0; f < 2; f++) {
                    assertEquals(expected[i][f], y.get(i, f), 1e-4 * (1 + Math.abs(expected[i][f])));
                }
            }
        }
        Gradients gradients = new Gradients(net.trained());
        try (Tape tape = new Tape(compute, gradients)) {
            Value y = net.forward(tape, batch);
            Value of = Differences.random(2, graph.nodes(), y.width(), new Rng(6));
            tape.seed(y, of.data());
            tape.backward();
            for (Held p : net.params()) {
                float[] found = gradients.of(p).toArray();
                double length = Math.sqrt(Differences.dot(found, found));
                double[][] at = weights.get(p.name());
                p.forward().forEach((r, c, slot, v) -> {
                    at[r][c] = v + STEP;
                    double above = form(formula(), of);
                    at[r][c] = v - STEP;
                    double below = form(formula(), of);
                    at[r][c] = v;
                    assertEquals((above - below) / (2 * STEP), found[slot], 1e-3 * length, p.name() + " " + r + " " + c);
                });
            }
        }
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThrows(UserError.class, () -> new Gin(5, 0, 2, 2));
        assertThrows(UserError.class, () -> new Gin(5, 3, 0, 2));
    }
}
