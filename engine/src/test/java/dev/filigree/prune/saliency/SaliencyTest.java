package dev.filigree.prune.saliency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.model.ResNet;
import dev.filigree.model.Vit;
import dev.filigree.ops.Samples;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.StateWriter;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.MeanSquare;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each score equals its formula, changes nothing, and does not depend on the number of threads. */
class SaliencyTest {

    private static final Shape IMAGE = new Shape(2, 8, 9);

    static List<Catalog.Entry<Saliency>> all() {
        return Parts.SALIENCIES.entries();
    }

    private static Young images(int threads) {
        return Young.of(new ResNet(IMAGE, 3, 8, 5), IMAGE, 3, new Supervised(new CrossEntropy(0)), threads);
    }

    @ParameterizedTest
    @MethodSource("all")
    void looksWithoutATraceAndSeesTheSameWithAnyNumberOfThreads(Catalog.Entry<Saliency> entry) {
        try (Young one = images(1); Young three = images(3); Young untouched = images(1)) {
            List<Floats> scores = entry.make().score(one.loop(), one.sites(), 2);
            List<Floats> again = entry.make().score(three.loop(), three.sites(), 2);
            for (int s = 0; s < scores.size(); s++) {
                assertArrayEquals(scores.get(s).toArray(), again.get(s).toArray(), 0f, entry.name());
                assertEquals(one.values(s).length(), scores.get(s).length());
            }
            assertArrayEquals(untouched.everything(), one.everything(), 0f, "weights and statistics");
            one.loop().advance();
            untouched.loop().advance();
            assertArrayEquals(untouched.everything(), one.everything(), 0f, "the batches that follow");
        }
    }

    /** One layer, where the gradient of cross-entropy is (softmax(y) - q) x. */
    @Test
    void snipIsTheShareOfWeightTimesGradient() {
        try (Young young = Young.mlp(List.of(4, 3), Activation.RELU)) {
            Tiled w = (Tiled) young.net().param(young.sites().getFirst()).forward();
            double[] expected = new double[12];
            double sum = 0;
            double[][] g = new double[3][4];
            young.loop().probe((loop, batch) -> {
                var samples = (Samples) batch;
                for (int t = 0; t < samples.size(); t++) {
                    double[] y = new double[3];
                    double total = 0;
                    for (int o = 0; o < 3; o++) {
                        for (int i = 0; i < 4; i++) {
                            y[o] += w.get(o, i) * samples.x().get(t, i);
                        }
                        total += Math.exp(y[o]);
                    }
                    for (int o = 0; o < 3; o++) {
                        double d = (Math.exp(y[o]) / total - (samples.labels()[t] == o ? 1 : 0)) / samples.size();
                        for (int i = 0; i < 4; i++) {
                            g[o][i] += d * samples.x().get(t, i);
                        }
                    }
                }
                return loop.setup().step().run(loop, batch);
            }, 1);
            for (int i = 0; i < 12; i++) {
                expected[i] = Math.abs(g[i / 4][i % 4] * w.get(i / 4, i % 4));
                sum += expected[i];
            }
            Tiled scores = new Tiled(3, 4, new Snip().score(young.loop(), young.sites(), 1).getFirst());
            double total = 0;
            for (int i = 0; i < 12; i++) {
                assertEquals(expected[i] / sum, scores.get(i / 4, i % 4), 1e-5);
                total += scores.get(i / 4, i % 4);
            }
            assertEquals(1, total, 1e-5);
        }
    }

    /** Against a Hessian that is built column by column, and against the exact one where the loss is quadratic. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void graspMultipliesTheHessianWithTheGradient(boolean quadratic) {
        List<Integer> widths = quadratic ? List.of(4, 4) : List.of(4, 5, 3);
        Supervised step = new Supervised(quadratic ? new MeanSquare() : new CrossEntropy(0));
        try (Young young = Young.of(new Mlp(widths, Activation.TANH), Shape.of(4), widths.getLast(), step, 1)) {
            List<Floats> found = Grasp.hessianTimesGradient(young.loop(), young.sites(), step, 3);
            List<double[]> expected = byColumns(young, step);
            double largest = expected.stream().flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
            assertTrue(largest > 1e-3, "there is something to be found: " + largest);
            for (int s = 0; s < expected.size(); s++) {
                for (int i = 0; i < expected.get(s).length; i++) {
                    assertEquals(expected.get(s)[i], found.get(s).get(i), 0.01 * largest, "site " + s + " value " + i);
                }
            }
        }
    }

    private static List<double[]> byColumns(Young young, Supervised step) {
        List<Floats> w = Each.weights(young.loop(), young.sites());
        young.loop().probe(step, 3);
        List<Floats> g = Each.copies(Each.gradients(young.loop(), young.sites()));
        List<double[]> product = new ArrayList<>();
        w.forEach(v -> product.add(new double[v.length()]));
        float e = 0.01f;
        for (int column = 0; column < w.size(); column++) {
            for (int j = 0; j < w.get(column).length(); j++) {
                float before = w.get(column).get(j);
                w.get(column).set(j, before + e);
                young.loop().probe(step, 3);
                List<Floats> ahead = Each.copies(Each.gradients(young.loop(), young.sites()));
                w.get(column).set(j, before - e);
                young.loop().probe(step, 3);
                List<Floats> behind = Each.gradients(young.loop(), young.sites());
                w.get(column).set(j, before);
                for (int s = 0; s < w.size(); s++) {
                    for (int i = 0; i < product.get(s).length; i++) {
                        product.get(s)[i] += (ahead.get(s).get(i) - behind.get(s).get(i)) / (2.0 * e) * g.get(column).get(j);
                    }
                }
            }
        }
        return product;
    }

    /**
     * Many ReLUs, some of which turn on or off however near one looks: against the formula in doubles, where those that
     * are on stay on, which is what a derivative of a derivative would give.
     */
    @ParameterizedTest
    @ValueSource(ints = {40, 200, 600})
    void graspIsNotLedAstrayByReluKinks(int hidden) {
        Supervised step = new Supervised(new CrossEntropy(0));
        try (Young young = Young.of(new Mlp(List.of(30, hidden, 4), Activation.RELU), Shape.of(30), 4, step, 2)) {
            Hinged exact = new Hinged((Tiled) young.net().param(young.sites().get(0)).forward(), (Tiled) young.net().param(young.sites().get(1)).forward());
            young.loop().probe((loop, batch) -> {
                exact.take((Samples) batch);
                return step.run(loop, batch);
            }, 3);
            double[] expected = exact.hessianTimesGradient();
            List<Floats> found = Grasp.hessianTimesGradient(young.loop(), young.sites(), step, 3);
            double[] flat = Hinged.flat(new Tiled(hidden, 30, found.get(0)), new Tiled(4, hidden, found.get(1)));
            double wrong = 0;
            double all = 0;
            for (int i = 0; i < flat.length; i++) {
                wrong += (flat[i] - expected[i]) * (flat[i] - expected[i]);
                all += expected[i] * expected[i];
            }
            assertTrue(Math.sqrt(wrong / all) < 0.05, "relative error " + Math.sqrt(wrong / all));
        }
    }

    /** Two layers in doubles, whose ReLUs stay as they are at the weights given. */
    private static final class Hinged {

        private final double[] w;
        private final int inputs;
        private final int hidden;
        private final int classes;
        private final List<double[]> xs = new ArrayList<>();
        private final List<boolean[]> on = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();
        private int batch;

        Hinged(Tiled first, Tiled second) {
            this.w = flat(first, second);
            this.inputs = first.cols();
            this.hidden = first.rows();
            this.classes = second.rows();
        }

        static double[] flat(Tiled first, Tiled second) {
            double[] all = new double[(int) (first.positions() + second.positions())];
            int at = 0;
            for (Tiled t : List.of(first, second)) {
                for (int i = 0; i < t.positions(); i++) {
                    all[at++] = t.get(i / t.cols(), i % t.cols());
                }
            }
            return all;
        }

        void take(Samples samples) {
            batch = samples.size();
            for (int t = 0; t < batch; t++) {
                double[] x = new double[inputs];
                boolean[] alive = new boolean[hidden];
                for (int i = 0; i < inputs; i++) {
                    x[i] = samples.x().get(t, i);
                }
                for (int h = 0; h < hidden; h++) {
                    double sum = 0;
                    for (int i = 0; i < inputs; i++) {
                        sum += w[h * inputs + i] * x[i];
                    }
                    alive[h] = sum > 0;
                }
                xs.add(x);
                on.add(alive);
                labels.add(samples.labels()[t]);
            }
        }

        double[] hessianTimesGradient() {
            double[] g = gradient(w);
            double[] ahead = w.clone();
            double[] behind = w.clone();
            double e = 1e-5;
            for (int i = 0; i < w.length; i++) {
                ahead[i] += e * g[i];
                behind[i] -= e * g[i];
            }
            ahead = gradient(ahead);
            behind = gradient(behind);
            for (int i = 0; i < w.length; i++) {
                ahead[i] = (ahead[i] - behind[i]) / (2 * e);
            }
            return ahead;
        }

        private double[] gradient(double[] v) {
            double[] g = new double[v.length];
            int second = hidden * inputs;
            for (int t = 0; t < xs.size(); t++) {
                double[] x = xs.get(t);
                double[] h = new double[hidden];
                for (int j = 0; j < hidden; j++) {
                    for (int i = 0; i < inputs && on.get(t)[j]; i++) {
                        h[j] += v[j * inputs + i] * x[i];
                    }
                }
                double[] d = new double[classes];
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    for (int j = 0; j < hidden; j++) {
                        d[c] += v[second + c * hidden + j] * h[j];
                    }
                    d[c] = Math.exp(d[c]);
                    sum += d[c];
                }
                double[] back = new double[hidden];
                for (int c = 0; c < classes; c++) {
                    d[c] = (d[c] / sum - (labels.get(t) == c ? 1 : 0)) / batch;
                    for (int j = 0; j < hidden; j++) {
                        g[second + c * hidden + j] += d[c] * h[j];
                        back[j] += on.get(t)[j] ? d[c] * v[second + c * hidden + j] : 0;
                    }
                }
                for (int j = 0; j < hidden; j++) {
                    for (int i = 0; i < inputs; i++) {
                        g[j * inputs + i] += back[j] * x[i];
                    }
                }
            }
            return g;
        }
    }

    /** Two layers: what flows through a weight is |weight| times what comes in times what goes out of its output. */
    @Test
    void synflowIsWhatFlowsThroughAWeight() {
        try (Young young = Young.mlp(List.of(3, 4, 2), Activation.TANH)) {
            Tiled first = (Tiled) young.net().param(young.sites().get(0)).forward();
            Tiled second = (Tiled) young.net().param(young.sites().get(1)).forward();
            List<Floats> scores = new SynFlow().score(young.loop(), young.sites(), 1);
            Tiled ofFirst = new Tiled(4, 3, scores.get(0));
            Tiled ofSecond = new Tiled(2, 4, scores.get(1));
            int batch = young.loop().setup().batches().size();
            for (int h = 0; h < 4; h++) {
                double in = Math.abs(first.get(h, 0)) + Math.abs(first.get(h, 1)) + Math.abs(first.get(h, 2));
                double out = Math.abs(second.get(0, h)) + Math.abs(second.get(1, h));
                for (int i = 0; i < 3; i++) {
                    assertEquals(batch * Math.abs(first.get(h, i)) * out, ofFirst.get(h, i), 1e-4 * batch);
                }
                for (int o = 0; o < 2; o++) {
                    assertEquals(batch * in * Math.abs(second.get(o, h)), ofSecond.get(o, h), 1e-4 * batch);
                }
            }
            assertEquals(Each.sum(scores.subList(0, 1)), Each.sum(scores.subList(1, 2)), 1e-3 * Each.sum(scores.subList(0, 1)), "every layer carries the same flow");
        }
    }

    @Test
    void synflowRefusesWhatIsNoSumOfProducts() {
        try (Young young = Young.of(new Vit(new Vit.Shape(1, 6, 6, 3, 16, 2, 2, 24, 3)), new Shape(1, 6, 6), 3, new Supervised(new CrossEntropy(0)), 1)) {
            float[] before = young.everything();
            String message = assertThrows(UserError.class, () -> new SynFlow().score(young.loop(), young.sites(), 1)).getMessage();
            assertTrue(message.contains("attention") && message.lines().count() == 1, message);
            assertArrayEquals(before, young.everything(), 0f, "signs are put back all the same");
        }
    }

    @Test
    void randomDiffersFromSiteToSite() {
        try (Young young = Young.mlp(List.of(6, 6, 6), Activation.RELU)) {
            List<Floats> scores = new RandomSaliency().score(young.loop(), young.sites(), 1);
            assertNotEquals(scores.get(0).get(0), scores.get(1).get(0));
        }
    }

    @Test
    void aLookLeavesRandomStreamsAlone() {
        try (Young young = Young.mlp(List.of(4, 3), Activation.RELU)) {
            young.loop().rng("a").nextLong();
            StateWriter before = new StateWriter();
            young.loop().save(before);
            var saved = before.copied();
            young.loop().probe((loop, batch) -> {
                loop.rng("a").nextLong();
                loop.rng("b").nextLong();
                return loop.setup().step().run(loop, batch);
            }, 2);
            long next = young.loop().rng("a").nextLong();
            young.loop().load(saved);
            assertEquals(young.loop().rng("a").nextLong(), next);
        }
    }
}
