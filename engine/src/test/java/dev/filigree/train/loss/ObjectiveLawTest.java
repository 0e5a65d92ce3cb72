package dev.filigree.train.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each loss equals its formula, its gradient agrees with differences, and neither depends on the number of threads. */
class ObjectiveLawTest {

    private static final Compute BEST = new Compute(Kernels.best(), Parallel.single());

    private static Value random(int features, int tokens, long seed) {
        int width = Kernels.widthFor(tokens);
        Rng rng = new Rng(seed);
        Floats data = Floats.allocate(Value.length(features, tokens, width));
        for (int i = 0; i < data.length(); i++) {
            data.set(i, (float) (2 * rng.nextGaussian())); // lanes past the last token hold anything
        }
        return new Value(data, features, tokens, width);
    }

    private static Samples labelled(Value y) {
        int[] labels = new int[y.tokens()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 4 == 3 ? -1 : i * 7 % y.features();
        }
        return new Samples(y, labels);
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 0", "7, 5, 0.1", "65, 70, 0", "130, 131, 0.2"})
    void crossEntropyIsTheMeanOverWhatHasALabel(int classes, int tokens, double smoothing) {
        Value y = random(classes, tokens, 1);
        Samples batch = labelled(y);
        Value g = random(classes, tokens, 2);
        Objective.Score score = new CrossEntropy(smoothing).score(BEST, y, batch, g);
        double loss = 0;
        int count = 0;
        int right = 0;
        for (int t = 0; t < tokens; t++) {
            int label = batch.labels()[t];
            if (label < 0) {
                continue;
            }
            count++;
            double sum = 0;
            int best = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(y.get(t, c));
                best = y.get(t, c) > y.get(t, best) ? c : best;
            }
            right += best == label ? 1 : 0;
            for (int c = 0; c < classes; c++) {
                loss -= (smoothing / classes + (c == label ? 1 - smoothing : 0)) * (y.get(t, c) - Math.log(sum));
            }
        }
        assertEquals(loss / count, score.loss(), 1e-5 * (1 + loss / count));
        assertEquals(right / (double) count, score.right(), 1e-12);
        assertEquals(count, score.count());
        gradient(y, g, (v, out) -> new CrossEntropy(smoothing).score(BEST, v, batch, out).loss());
    }

    @Test
    void classesThatCountTwiceAreAsIfTheyCameTwice() {
        Value y = random(3, 40, 5);
        Samples batch = labelled(y);
        int[] labels = batch.labels();
        int[] tokens = IntStream.range(0, 40).flatMap(t -> IntStream.generate(() -> t).limit(labels[t] == 1 ? 2 : 1)).toArray();
        Value twice = random(3, tokens.length, 6);
        for (int t = 0; t < tokens.length; t++) {
            for (int c = 0; c < 3; c++) {
                twice.data().set(twice.at(t, c), y.get(tokens[t], c));
            }
        }
        Value g = random(3, 40, 7);
        Objective weighted = new CrossEntropy(0.1, List.of(1.0, 2.0, 1.0));
        assertEquals(new CrossEntropy(0.1).score(BEST, twice, new Samples(twice, IntStream.of(tokens).map(t -> labels[t]).toArray()), null).loss(),
                weighted.score(BEST, y, batch, g).loss(), 1e-5);
        gradient(y, g, (v, out) -> weighted.score(BEST, v, batch, out).loss());
        assertThrows(UserError.class, () -> new CrossEntropy(0, List.of(1.0, 0.0)));
    }

    /** Two classes, whose confidence is 1 / (1 + exp(-difference)). */
    @Test
    void theCalibrationErrorIsThatOfItsBins() {
        Value y = random(2, 5, 3);
        double[] sure = {0.61, 0.64, 0.97, 0.99, 0.55};
        int[] labels = {0, 1, 0, 0, -1}; // class 0 is predicted every time; the second is wrong, the last has no label
        for (int t = 0; t < 5; t++) {
            y.data().set(y.at(t, 0), (float) Math.log(sure[t] / (1 - sure[t])));
            y.data().set(y.at(t, 1), 0f);
        }
        Objective.Score score = new CrossEntropy(0).score(BEST, y, new Samples(y, labels), null);
        assertEquals((Math.abs(1 - 0.61 - 0.64) + Math.abs(2 - 0.97 - 0.99)) / 4, score.reliability().error(), 1e-6, "0.61 and 0.64 share a bin, 0.97 and 0.99 another");
        Reliability twice = new Reliability();
        twice.add(score.reliability());
        twice.add(score.reliability());
        assertEquals(score.reliability().error(), twice.error(), 1e-12);
        assertTrue(Double.isNaN(new Reliability().error()));
        assertTrue(Double.isNaN(new MeanSquare().score(BEST, y, new Samples(y, new int[0]), null).reliability().error()));
    }

    @ParameterizedTest
    @CsvSource({"7, 5, 200", "65, 70, 0.5"})
    void softenedIsTheLossOfDividedResultsWithItsGradient(int classes, int tokens, double temperature) {
        Value y = random(classes, tokens, 1);
        Samples batch = labelled(y);
        Value g = random(classes, tokens, 2);
        Objective softened = new Softened(new CrossEntropy(0), temperature);
        Value divided = y.in(Floats.allocate(y.data().length()));
        for (int i = 0; i < y.data().length(); i++) {
            divided.data().set(i, (float) (y.data().get(i) / temperature));
        }
        assertEquals(new CrossEntropy(0).score(BEST, divided, batch, null).loss(), softened.score(BEST, y, batch, g).loss(), 1e-6);
        gradient(y, g, (v, out) -> softened.score(BEST, v, batch, out).loss());
    }

    @ParameterizedTest
    @CsvSource({"7, 5, 2, 4", "65, 70, 0, 2", "10, 33, 8, 10"})
    void classesThatTakeNoPartLeaveTheLossOfTheOthers(int classes, int tokens, int from, int to) {
        Value y = random(classes, tokens, 1);
        Value some = random(to - from, tokens, 2);
        int[] labels = new int[tokens];
        int[] shifted = new int[tokens];
        for (int t = 0; t < tokens; t++) {
            shifted[t] = t % (to - from);
            labels[t] = from + shifted[t];
            for (int c = from; c < to; c++) {
                some.data().set(some.at(t, c - from), y.get(t, c));
            }
        }
        Value g = random(classes, tokens, 3);
        Objective among = new Among(new CrossEntropy(0), from, to);
        Objective.Score expected = new CrossEntropy(0).score(BEST, some, new Samples(some, shifted), null);
        Objective.Score found = among.score(BEST, y, new Samples(y, labels), g);
        assertEquals(expected.loss(), found.loss(), 1e-5);
        assertEquals(expected.right(), found.right(), 0);
        gradient(y, g, (v, out) -> among.score(BEST, v, new Samples(v, labels), out).loss());
        assertEquals(0, g.get(0, to == classes ? 0 : to), 0);
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 0.5", "7, 20, 0.1", "17, 9, 1"})
    void contrastIsTheMeanOverPairsOfOneClass(int features, int tokens, double temperature) {
        Value y = random(features, tokens, 1);
        int[] labels = new int[tokens];
        for (int t = 0; t < tokens; t++) {
            labels[t] = t == 0 ? 9 : t % 3; // the first is alone in its class
        }
        double loss = 0;
        int count = 0;
        for (int i = 0; i < tokens; i++) {
            double sum = 0;
            double near = 0;
            int friends = 0;
            for (int j = 0; j < tokens; j++) {
                if (j != i) {
                    double s = cosine(y, i, j) / temperature;
                    sum += Math.exp(s);
                    near += labels[i] == labels[j] ? s : 0;
                    friends += labels[i] == labels[j] ? 1 : 0;
                }
            }
            if (friends > 0) {
                count++;
                loss += Math.log(sum) - near / friends;
            }
        }
        Value g = random(features, tokens, 2);
        Objective contrast = new SupervisedContrast(temperature);
        assertEquals(loss / count, contrast.score(BEST, y, new Samples(y, labels), g).loss(), 1e-5 * (1 + loss / count));
        gradient(y, g, (v, out) -> contrast.score(BEST, v, new Samples(v, labels), out).loss());
    }

    private static double cosine(Value y, int i, int j) {
        double both = 0;
        double a = 0;
        double b = 0;
        for (int f = 0; f < y.features(); f++) {
            both += y.get(i, f) * y.get(j, f);
            a += y.get(i, f) * y.get(i, f);
            b += y.get(j, f) * y.get(j, f);
        }
        return both / Math.sqrt(a * b);
    }

    @Test
    void theNegativeOfALossGoesTheOtherWay() {
        Value y = random(7, 5, 1);
        Samples batch = labelled(y);
        Value g = random(7, 5, 2);
        Value negative = random(7, 5, 3);
        Objective.Score loss = new CrossEntropy(0).score(BEST, y, batch, g);
        Objective.Score ascent = new Weighted(-1, new CrossEntropy(0)).score(BEST, y, batch, negative);
        assertEquals(-loss.loss(), ascent.loss(), 0);
        assertEquals(loss.right(), ascent.right(), 0);
        gradient(y, negative, (v, out) -> new Weighted(-1, new CrossEntropy(0)).score(BEST, v, batch, out).loss());
    }

    @Test
    void scoresThatAreAllAlikeAreNoProphecy() {
        Value y = random(5, 4, 3);
        y.data().fill(1f);
        assertEquals(0.25, new CrossEntropy(0).score(BEST, y, new Samples(y, new int[] {0, 1, 2, 3}), null).right());
    }

    @Test
    void meanSquareIsTheMeanOverAllNumbers() {
        Value y = random(9, 21, 4);
        Value wanted = random(9, 21, 5);
        Samples batch = new Samples(wanted, new int[0]);
        double sum = 0;
        for (int t = 0; t < 21; t++) {
            for (int f = 0; f < 9; f++) {
                sum += Math.pow(y.get(t, f) - wanted.get(t, f), 2);
            }
        }
        Value g = random(9, 21, 6);
        assertEquals(sum / 189, new MeanSquare().score(BEST, y, batch, g).loss(), 1e-5 * sum / 189);
        gradient(y, g, (v, out) -> new MeanSquare().score(BEST, v, batch, out).loss());
    }

    @ParameterizedTest
    @CsvSource({"1", "4"})
    void divergenceIsZeroForTheTeacherItselfAndTheFormulaElsewhere(double temperature) {
        Value y = random(13, 18, 7);
        Value teacher = random(13, 18, 8);
        Value g = random(13, 18, 9);
        Divergence d = new Divergence(temperature);
        assertEquals(0, d.score(BEST, y, y, g), 1e-5);
        double sum = 0;
        for (int t = 0; t < 18; t++) {
            double zs = 0;
            double zt = 0;
            for (int c = 0; c < 13; c++) {
                zs += Math.exp(y.get(t, c) / temperature);
                zt += Math.exp(teacher.get(t, c) / temperature);
            }
            for (int c = 0; c < 13; c++) {
                double p = Math.exp(teacher.get(t, c) / temperature) / zt;
                sum += p * (Math.log(p) - y.get(t, c) / temperature + Math.log(zs));
            }
        }
        double expected = temperature * temperature * sum / 18;
        assertEquals(expected, d.score(BEST, y, teacher, g), 2e-5 * (1 + expected));
        gradient(y, g, (v, out) -> d.score(BEST, v, teacher, out));
    }

    @Test
    void threadsLeaveNoTrace() {
        Value y = random(67, 200, 10);
        Samples batch = labelled(y);
        Value one = random(67, 200, 11);
        Value three = random(67, 200, 12);
        try (Parallel parallel = new Parallel(3)) {
            Compute many = new Compute(Kernels.best(), parallel);
            assertEquals(new CrossEntropy(0.1).score(BEST, y, batch, one), new CrossEntropy(0.1).score(many, y, batch, three));
            assertArrayEquals(one.clearPadding().data().toArray(), three.clearPadding().data().toArray());
        }
    }

    /** The gradient along a few single numbers, against central differences. */
    private static void gradient(Value y, Value gradient, BiFunction<Value, Value, Double> loss) {
        Value spare = random(y.features(), y.tokens(), 13);
        float[] kept = gradient.data().toArray();
        double largest = 0;
        for (int t = 0; t < y.tokens(); t++) {
            for (int f = 0; f < y.features(); f++) {
                largest = Math.max(largest, Math.abs(kept[y.at(t, f)]));
            }
        }
        for (int n = 0; n < 12; n++) {
            int i = y.at(n * 5 % y.tokens(), n * 3 % y.features());
            float before = y.data().get(i);
            float step = 0.05f;
            y.data().set(i, before + step);
            double above = loss.apply(y, spare);
            y.data().set(i, before - step);
            double below = loss.apply(y, spare);
            y.data().set(i, before);
            assertEquals((above - below) / (2 * step), kept[i], 5e-3 * largest + 2e-5, "number " + i);
        }
    }
}
