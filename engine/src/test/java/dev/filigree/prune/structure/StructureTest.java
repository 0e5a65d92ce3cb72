package dev.filigree.prune.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.model.Site;
import dev.filigree.model.Turning;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Dense;
import dev.filigree.train.Birth;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken out of a language model, and what that leaves. */
class StructureTest {

    private static final int VOCAB = 29;
    private static final int HIDDEN = 32;
    private static final Compute COMPUTE = new Compute(Kernels.best(), new Parallel(2));
    private static final List<Batch> TEXT = IntStream.range(0, 4).<Batch>mapToObj(b -> Tokens.of(List.of(ids(b, 40), ids(b + 9, 23)))).toList();

    private static int[] ids(int from, int count) {
        return IntStream.range(0, count).map(i -> (i * i + 5 * from + i) % VOCAB).toArray();
    }

    private static Llama model(boolean tied) {
        Llama model = new Llama(new DecoderConfig(VOCAB, 64, HIDDEN, 48, 3, 4, 2, 1e-5f, 100, false, tied));
        Birth birth = new Birth(COMPUTE, model, new Rng(3));
        model.sites().forEach(birth::dense);
        Rng rng = new Rng(4).split("gains");
        model.params().stream().filter(p -> p.forward().cols() == 1).forEach(p -> { // gains that matter
            Floats f = Floats.allocate(p.forward().rows());
            for (int i = 0; i < f.length(); i++) {
                f.set(i, 0.5f + (float) rng.nextDouble());
            }
            p.set(Dense.of(f.length(), 1, f));
        });
        return model;
    }

    private static Operation operation(Llama model, double share) {
        return new Operation(COMPUTE, model, TEXT, share, new Rng(1), Long.MAX_VALUE);
    }

    private static float[][] scores(CausalModel model) {
        try (Eager ops = new Eager(COMPUTE)) {
            Value y = model.forward(ops, TEXT.getFirst());
            return IntStream.range(0, y.tokens()).mapToObj(y::token).toArray(float[][]::new);
        }
    }

    private static double furthest(float[][] a, float[][] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                most = Math.max(most, Math.abs(a[i][j] - b[i][j]));
            }
        }
        return most;
    }

    private static double error(float[][] a, float[][] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                sum += (a[i][j] - b[i][j]) * (double) (a[i][j] - b[i][j]);
            }
        }
        return sum;
    }

    /** A basis that is no identity: a product of rotations of two features. */
    private static Turning.Basis turned(int seed) {
        double[][] q = Turning.Basis.identity(HIDDEN).q();
        Rng rng = new Rng(seed);
        for (int n = 0; n < 200; n++) {
            int i = rng.nextInt(HIDDEN);
            int j = (i + 1 + rng.nextInt(HIDDEN - 1)) % HIDDEN;
            double angle = 6 * rng.nextDouble();
            for (double[] row : q) {
                double x = row[i];
                row[i] = Math.cos(angle) * x - Math.sin(angle) * row[j];
                row[j] = Math.sin(angle) * x + Math.cos(angle) * row[j];
            }
        }
        return new Turning.Basis(q);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherBasisSaysTheSame(boolean tied) {
        Llama model = model(tied);
        float[][] before = scores(model);
        Turning each = new Turning(COMPUTE, model, HIDDEN, true);
        Turning all = new Turning(COMPUTE, model, HIDDEN, false);
        for (int p = 0; p < each.points(); p++) {
            each.basis(p, turned(p));
            all.basis(p, turned(7));
        }
        assertEquals(0, furthest(before, scores(each.model())), 1e-4);
        assertEquals(0, furthest(before, scores(all.model())), 1e-4);
        assertEquals(0, furthest(before, scores(model)), 0, "the model is as it was");
    }

    /** A stream that never leaves some directions can do without the others, and only the choice of directions finds that out. */
    @Test
    void directionsThatNothingUsesCostNothing() {
        Llama model = model(false);
        Turning hiding = new Turning(COMPUTE, model, HIDDEN, false);
        int[] used = IntStream.range(0, 16).toArray();
        Turning.Basis q = turned(5);
        double[][] projection = new double[HIDDEN][HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            for (int j = 0; j < HIDDEN; j++) {
                for (int k : used) {
                    projection[i][j] += q.q()[i][k] * q.q()[j][k];
                }
            }
        }
        for (int p = 0; p < hiding.points(); p++) {
            hiding.basis(p, new Turning.Basis(projection)); // not orthonormal: the stream is projected, and stays as wide
        }
        Llama narrow = new Llama(hiding.model().config().with(DecoderConfig.Cut.NONE));
        narrow.params().forEach(p -> p.set(hiding.model().param(p.name()).forward()));
        float[][] before = scores(narrow);
        CausalModel half = new SliceGpt(8).cut(operation(narrow, 0.5));
        assertEquals(16, half.config().width(0));
        assertEquals(0, furthest(before, scores(half)), 1e-3);
        double least = Stream.of(StreamFeatures.By.values()).mapToDouble(by -> error(before, scores(new StreamFeatures(by, 8).cut(operation(narrow, 0.5))))).min().orElseThrow();
        assertTrue(least > 1, "features as they are: " + least);
    }

    static Stream<String> names() {
        return Parts.STRUCTURES.entries().stream().map(e -> e.name());
    }

    @ParameterizedTest
    @MethodSource("names")
    void isSmallerAndTheSameBitsOnAnyNumberOfThreads(String name) {
        Llama model = model(true);
        float[][] before = scores(model);
        CausalModel once = Parts.STRUCTURES.make(name).cut(operation(model, 0.4));
        try (Parallel one = new Parallel(1)) {
            CausalModel again = Parts.STRUCTURES.make(name).cut(new Operation(new Compute(Kernels.best(), one), model, TEXT, 0.4, new Rng(1), 0));
            once.params().forEach(p -> assertArrayEquals(values(p.forward()), values(again.param(p.name()).forward()), p.name()));
        }
        long blocks = model.sites().stream().mapToLong(Site::positions).sum();
        assertTrue(once.sites().stream().filter(s -> s.block() < once.blocks()).mapToLong(Site::positions).sum() < 0.85 * blocks, name);
        assertTrue(Float.isFinite(scores(once)[3][5]));
        assertEquals(0, furthest(before, scores(model)), 0, "the model is as it was");
        assertTrue(error(before, scores(once)) > 0);
        Parts.STRUCTURES.make(name).control().cut(operation(model, 0.4));
    }

    private static float[] values(dev.filigree.tensor.Weight w) {
        float[] values = new float[w.rows() * w.cols()];
        w.forEach((r, c, slot, v) -> values[r * w.cols() + c] = v);
        return values;
    }

    @Test
    void sharesFollowImportanceAndAddUp() {
        double[] share = Cfsp.shares(new double[] {0.1, 0.2, 0.3}, 0.5, 1);
        assertEquals(1.5, share[0] + share[1] + share[2], 1e-12);
        double z = 1 / Math.sqrt(2.0 / 3); // of the last, in standard deviations
        double s = 1 / (1 + Math.exp(-z));
        assertEquals(0.5 * s / 0.5, share[2], 1e-12); // the mean of s, 0.5 and 1 - s is 0.5
        double[] shy = Cfsp.shares(new double[] {0.1, 0.2, 0.9}, 0.9, 5);
        assertEquals(2.7, shy[0] + shy[1] + shy[2], 1e-12);
        assertEquals(0.9 * (1 + (1 / 0.9 - 1) / 1.05), shy[2], 1e-12);
        assertArrayEquals(new double[] {0.7, 0.7}, Cfsp.shares(new double[] {0.1, 0.4}, 0.7, 0), 1e-12);
    }

    /** Channels that put nothing out go first, whoever chooses by what is there; then nothing changes. */
    @ParameterizedTest
    @ValueSource(strings = {"wanda-sp", "magnitude-sp"})
    void channelsOfNoWeightGoFirst(String name) {
        Llama model = model(true);
        for (int l = 0; l < 3; l++) {
            for (String part : List.of("gate_proj", "up_proj", "down_proj")) {
                dev.filigree.ops.Held p = model.param("model.layers." + l + ".mlp." + part + ".weight");
                float[] v = values(p.forward());
                int cols = p.forward().cols();
                for (int i = 0; i < v.length; i++) {
                    v[i] = (part.equals("down_proj") ? i % cols : i / cols) % 4 == 1 ? 0 : v[i];
                }
                p.set(dev.filigree.tensor.Tiled.pack(java.lang.foreign.Arena.ofAuto(), Dense.of(p.forward().rows(), cols, Floats.of(v))));
            }
        }
        CausalModel left = Parts.STRUCTURES.make(name).cut(operation(model, 0.25));
        assertEquals(36, left.config().inner(1));
        assertEquals(0, furthest(scores(model), scores(left)), 1e-5);
    }

    /** A layer whose branches write nothing is the one that goes. */
    @ParameterizedTest
    @ValueSource(strings = {"drop-layers", "layer-tickets"})
    void theLayerThatDoesNothingGoes(String name) {
        Llama model = model(true);
        for (String part : List.of("self_attn.o_proj", "mlp.down_proj")) {
            dev.filigree.ops.Held p = model.param("model.layers.1." + part + ".weight");
            p.set(dev.filigree.tensor.Tiled.room(p.forward().rows(), p.forward().cols()));
        }
        CausalModel left = Parts.STRUCTURES.make(name).cut(operation(model, 0.34));
        assertEquals(2, left.blocks());
        assertEquals(0, furthest(scores(model), scores(left)), 1e-5);
    }

    /** A channel that is the sum of two others can go: the fit gives its weight to them. */
    @Test
    void leastSquaresGiveWhatAChannelSaidToThoseThatSayIt() {
        Llama model = model(true);
        var gate = model.param("model.layers.1.mlp.gate_proj.weight");
        var up = model.param("model.layers.1.mlp.up_proj.weight");
        for (var w : List.of(gate, up)) { // channel 7 is channel 3
            var t = (dev.filigree.tensor.Tiled) w.forward();
            t.forEach((r, c, slot, v) -> {
                if (r == 7) {
                    t.tiles().set(slot, t.get(3, c));
                }
            });
        }
        List<int[]> keep = IntStream.range(0, 3).mapToObj(l -> IntStream.range(0, 48).filter(i -> l != 1 || i != 7).toArray()).toList();
        Operation plain = operation(model, 0.1);
        Operation mended = new Operation(COMPUTE, model, TEXT, 0.1, new Rng(1), Long.MAX_VALUE, true);
        double cut = distance(model, InnerChannels.without(plain, keep));
        double fitted = distance(model, InnerChannels.without(mended, keep));
        assertTrue(fitted < 0.1 * cut, fitted + " beside " + cut);
    }

    private static double distance(CausalModel a, CausalModel b) {
        double sum = 0;
        try (Eager ops = new Eager(COMPUTE)) {
            for (Batch text : TEXT) {
                Value x = scores(a, ops, text);
                Value y = scores(b, ops, text);
                for (int t = 0; t < x.tokens(); t++) {
                    for (int f = 0; f < VOCAB; f++) {
                        sum += Math.pow(x.get(t, f) - y.get(t, f), 2);
                    }
                }
            }
        }
        return Math.sqrt(sum);
    }

    private static Value scores(CausalModel model, Eager ops, Batch text) {
        Value x = model.enter(ops, text);
        for (int i = 0; i < model.blocks(); i++) {
            x = model.block(ops, i, x, text);
        }
        return model.leave(ops, x, text);
    }

    @Test
    void whatCannotBeIsOneLine() {
        Llama model = model(true);
        assertTrue(assertThrows(UserError.class, () -> operation(model, 1)).getMessage().contains("--sparsity"));
        assertTrue(assertThrows(UserError.class, () -> new SliceGpt(8).cut(operation(model, 0.9))).getMessage().contains("nothing would be left"));
        CausalModel cut = new SliceGpt(8).cut(operation(model, 0.25));
        assertTrue(assertThrows(UserError.class, () -> new SliceGpt(8).cut(operation((Llama) cut, 0.25))).getMessage().contains("whole"));
        assertTrue(assertThrows(UserError.class, () -> new DropLayers(DropLayers.By.ANGLE).cut(operation((Llama) cut, 0.34))).getMessage().contains("layers"));
    }
}
