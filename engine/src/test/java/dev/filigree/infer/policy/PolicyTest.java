package dev.filigree.infer.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Birth;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of every policy, and what can be computed by hand of each. */
class PolicyTest {

    private static final int VOCAB = 53;
    private final Parallel parallel = new Parallel(2);
    private final Compute compute = new Compute(Kernels.best(), parallel);
    private final Llama model = model(compute);

    @AfterEach
    void end() {
        parallel.close();
    }

    static Llama model(Compute compute) {
        Llama model = new Llama(new DecoderConfig(VOCAB, 200, 32, 80, 3, 4, 2, 1e-5f, 100, false, true));
        Birth birth = new Birth(compute, model, new Rng(3));
        for (Site s : model.sites()) {
            birth.dense(s);
            Weight w = model.param(s).forward();
            model.param(s).set(Columns.pack(Arena.ofAuto(), w, Coded.Type.F32, w.cols(), 128));
        }
        return model;
    }

    private static List<int[]> sequences(int seed, int count) {
        Rng rng = new Rng(seed);
        return IntStream.range(0, count).mapToObj(i -> IntStream.range(0, 100).map(t -> rng.nextInt(VOCAB)).toArray()).toList();
    }

    private Calibration text(int seed) {
        return new Calibration(model, compute, sequences(seed, 4), n -> { });
    }

    private Value run(Eager ops, Gates gates, List<int[]> sequences, Spent[] spent) {
        Tokens batch = Tokens.of(sequences);
        Skipping skipping = new Skipping(ops, model, gates);
        skipping.tokens(Calibration.masked(batch));
        Value y = model.forward(skipping, batch);
        spent[0] = skipping.spent();
        return y;
    }

    static List<Catalog.Entry<Policy>> policies() {
        return Policies.ALL.entries();
    }

    private static String asked(Catalog.Entry<Policy> e, double sparsity) {
        if (e.name().equals("r-sparse")) {
            return "r-sparse(population=4,generations=1,sparsity=" + sparsity + ")";
        }
        return e.name().equals("topk") ? "topk(k=" + Math.round(80 * (1 - sparsity)) + ")" : e.name() + "(sparsity=" + sparsity + ")";
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aFullBudgetIsDenseBitForBit(Catalog.Entry<Policy> e) {
        Gates gates = Gates.of(asked(e, 0), text(1));
        try (Eager ops = new Eager(compute)) {
            Value dense = model.forward(ops, Tokens.of(sequences(2, 2)));
            Value y = run(ops, gates, sequences(2, 2), new Spent[1]);
            for (int t = 0; t < y.tokens(); t++) {
                assertArrayEquals(dense.token(t), y.token(t), "token " + t);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void sparsityOnOtherTextIsWhatWasAskedFor(Catalog.Entry<Policy> e) {
        for (double asked : new double[] {0.25, 0.5, 0.65}) {
            Gates gates = Gates.of(asked(e, asked), text(1));
            Spent[] spent = new Spent[1];
            try (Eager ops = new Eager(compute)) {
                run(ops, gates, sequences(2, 4), spent);
            }
            boolean hidden = e.name().equals("cats") || e.name().equals("topk");
            double found = hidden ? spent[0].byRole().get(Role.FFN_OUT) : spent[0].share() - thin(gates);
            // thresholds were found where nothing was left out: what a rank stands for is smaller than what it was, and more falls below them
            assertEquals(asked, found, e.name().equals("r-sparse") ? 0.06 : 0.03, spent[0].line());
        }
    }

    /** Numbers that stand for what is not read, as a share of all weights. */
    private double thin(Gates gates) {
        double all = model.sites().stream().mapToLong(Site::positions).sum();
        return model.sites().stream().filter(s -> gates.levels().containsKey(s.name())).mapToDouble(s -> gates.levels().get(s.name()).rank() * (double) (s.rows() + s.cols()) / all).sum();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void thresholdsAreTheSameOnAnyNumberOfThreads(Catalog.Entry<Policy> e) {
        Gates two = Gates.of(asked(e, 0.5), text(1));
        try (Parallel other = new Parallel(3)) {
            Compute three = new Compute(Kernels.best(), other);
            Gates gates = Gates.of(asked(e, 0.5), new Calibration(model(three), three, sequences(1, 4), n -> { }));
            assertEquals(two.levels(), gates.levels());
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void whoNeedsTextSaysSo(Catalog.Entry<Policy> e) {
        Calibration none = new Calibration(model, compute, List.of(), n -> { });
        if (e.make().needsText()) {
            assertTrue(assertThrows(UserError.class, () -> Gates.of(asked(e, 0.5), none)).getMessage().contains("found no text"));
        } else {
            assertFalse(Gates.of(asked(e, 0.5), none).gates().isEmpty());
        }
    }

    @Test
    void gatesKeepTheHighestOfEqualOnesTheFirst() {
        float[] x = {1, -3, 2, 2, 0.5f};
        assertArrayEquals(new float[] {0, -3, 2, 0, 0}, closed(Inputs.top(2, null), x));
        assertArrayEquals(new float[] {1, -3, 0, 0, 0}, closed(Inputs.top(2, new float[] {9, 2, 1, 1, 1}), x));
        assertArrayEquals(new float[] {0, 0, 0, 0, 0}, closed(Inputs.top(0, null), x));
        assertArrayEquals(x, closed(Inputs.top(5, null), x));
        assertArrayEquals(new float[] {0, -3, 2, 2, 0}, closed(Inputs.below(2, null), x));
        assertArrayEquals(new float[] {1, -3, 2, 2, 0.5f}, closed(Inputs.below(0, null), x));
        Quantiles q = new Quantiles(new float[] {4, 1, 3, 2, 5});
        assertEquals(3, q.at(0.5), 1e-6);
        assertEquals(0, q.at(0));
        assertEquals(Float.POSITIVE_INFINITY, q.at(1));
    }

    private static float[] closed(Gate gate, float[] x) {
        float[] v = x.clone();
        gate.close(v);
        return v;
    }

    /** With orthogonal columns no choice of as many inputs has a smaller error than WINA's, and the error is what the paper says. */
    @Test
    void winaIsTheBestChoiceWhereColumnsAreOrthogonal() {
        int n = 6;
        float[] scale = {3, 0.5f, 1, 2, 0.1f, 1.5f};
        float[] w = new float[n * n]; // a Householder reflection, each column scaled
        for (int r = 0; r < n; r++) {
            for (int c = 0; c < n; c++) {
                w[r * n + c] = scale[c] * ((r == c ? 1f : 0f) - 2f / n);
            }
        }
        Weight weight = Dense.of(n, n, Floats.of(w));
        Site site = new Site("w", 0, Role.QUERY, n, n);
        Rng rng = new Rng(5);
        for (int round = 0; round < 20; round++) {
            float[] x = new float[n];
            for (int j = 0; j < n; j++) {
                x[j] = (float) rng.nextGaussian();
            }
            float[] kept = closed(new Wina(0.5, Allocation.UNIFORM, true, false).gate(site, weight, new Level(0.5, 0, 0)), x);
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += kept[j] == 0 ? Math.pow(x[j] * scale[j], 2) : 0;
            }
            assertEquals(sum, error(w, x, kept), 1e-5, "the sum of what was left out");
            for (int set = 0; set < 1 << n; set++) {
                if (Integer.bitCount(set) == n / 2) {
                    float[] other = x.clone();
                    for (int j = 0; j < n; j++) {
                        other[j] = (set >> j & 1) == 0 ? 0 : x[j];
                    }
                    assertTrue(error(w, x, other) >= sum - 1e-5, "another choice is better");
                }
            }
        }
    }

    private static double error(float[] w, float[] x, float[] kept) {
        int n = x.length;
        double error = 0;
        for (int r = 0; r < n; r++) {
            double d = 0;
            for (int c = 0; c < n; c++) {
                d += w[r * n + c] * (double) (x[c] - kept[c]);
            }
            error += d * d;
        }
        return error;
    }

    /** With a rank that is whole nothing is lost, however few inputs are read. */
    @Test
    void whatIsNotReadGoesThroughTheRank() {
        Site site = model.sites(0).getFirst();
        Weight w = model.param(site).forward();
        RSparse policy = new RSparse(0.5, 0.5, 2, 1);
        try (Eager ops = new Eager(compute)) {
            Value x = ops.input(new Value(Floats.allocate(32 * 3), 32, 3, 1));
            for (int i = 0; i < 96; i++) {
                x.data().set(i, (float) Math.cos(i * i));
            }
            Value dense = ops.linear(model.param(site), null, Activation.SILU, x);
            double[] error = new double[3];
            int[] ranks = {32, 16, 0};
            for (int i = 0; i < 3; i++) {
                Skipping skipping = new Skipping(ops, model, List.of(site), Map.of(site.name(), policy.gate(site, w, new Level(0.5, 0.8f, ranks[i]))));
                skipping.tokens(new boolean[] {false, true, true});
                Value y = skipping.linear(model.param(site), null, Activation.SILU, x);
                for (int f = 0; f < y.features(); f++) {
                    assertEquals(dense.get(0, f), y.get(0, f), "a token that is read whole");
                    error[i] += Math.abs(dense.get(1, f) - y.get(1, f)) + Math.abs(dense.get(2, f) - y.get(2, f));
                }
                assertEquals(ranks[i] > 0, skipping.spent().parts().getFirst().rest() > 0);
                assertTrue(skipping.spent().parts().getFirst().share() > 0.2, "something is left out");
            }
            assertTrue(error[0] < 1e-3 && error[0] < error[1] && error[1] < error[2], Arrays.toString(error));
        }
    }

    @Test
    void evolutionFindsWhatIsCheapAndNeverForgetsIt() {
        int[] aim = {3, 0, 7, 10, 5};
        Evolution evolution = new Evolution(5, 10, 20, 40);
        double[] least = {Double.POSITIVE_INFINITY};
        int[] best = evolution.best(List.of(new int[5]), new Rng(2), g -> {
            double cost = IntStream.range(0, 5).mapToDouble(i -> Math.pow(g[i] - aim[i], 2)).sum();
            least[0] = Math.min(least[0], cost);
            return cost;
        });
        double found = IntStream.range(0, 5).mapToDouble(i -> Math.pow(best[i] - aim[i], 2)).sum();
        assertEquals(least[0], found);
        assertTrue(found <= 3, Arrays.toString(best));
    }

    /** In its bases the model says the same, and columns of keys and gates are orthogonal. */
    @Test
    void columnsBecomeOrthogonalAndTheModelSaysTheSame() {
        model.params().stream().filter(p -> p.name().endsWith("layernorm.weight")).forEach(p -> {
            Floats gain = ((Dense) p.forward()).floats();
            for (int i = 0; i < gain.length(); i++) {
                gain.set(i, 0.5f + i % 5 * 0.3f);
            }
        });
        Llama turned = OrthogonalColumns.of(compute, model);
        try (Eager ops = new Eager(compute)) {
            Value before = model.forward(ops, Tokens.of(sequences(2, 1)));
            Value after = turned.forward(ops, Tokens.of(sequences(2, 1)));
            for (int t = 0; t < before.tokens(); t++) {
                assertArrayEquals(before.token(t), after.token(t), 5e-4f, "token " + t);
            }
        }
        turned.sites().stream().filter(s -> s.role() == Role.KEY || s.role() == Role.FFN_GATE).forEach(s -> {
            float[][] w = new float[s.rows()][s.cols()];
            turned.param(s).forward().forEach((r, c, slot, v) -> w[r][c] = v);
            for (int i = 0; i < s.cols(); i++) {
                for (int j = 0; j < i; j++) {
                    double product = 0;
                    for (float[] row : w) {
                        product += (double) row[i] * row[j];
                    }
                    assertEquals(0, product, 1e-4, s.name() + " columns " + i + " and " + j);
                }
            }
        });
    }

    /** Tiles are cut by the number of threads. */
    @Test
    void theLengthOfTilesChangesNoBit() {
        int rows = 700;
        int cols = 90;
        Rng rng = new Rng(9);
        Floats w = Floats.allocate(rows * cols);
        Floats x = Floats.allocate(cols);
        for (int i = 0; i < w.length(); i++) {
            w.set(i, (float) rng.nextGaussian());
        }
        for (int i = 0; i < cols; i++) {
            x.set(i, rng.nextInt(2) == 0 ? 0 : (float) rng.nextGaussian());
        }
        for (Coded.Type type : Coded.Type.values()) {
            float[] first = null;
            for (int threads : new int[] {1, 2, 3, 64}) {
                Floats y = Floats.allocate(768);
                Columns columns = Columns.pack(Arena.ofAuto(), Dense.of(rows, cols, w), type, cols, Columns.tile(rows, threads));
                Matmul.apply(compute, columns, null, Activation.NONE, x, y, 1, 1);
                float[] found = Arrays.copyOf(y.toArray(), rows);
                first = first == null ? found : first;
                assertArrayEquals(first, found, type + " on " + threads);
            }
        }
    }

    @Test
    void greedySharesRiseWhereTheyHurtLeastAndMeetTheTarget() {
        Site small = new Site("small", 0, Role.KEY, 10, 10);
        Site large = new Site("large", 0, Role.QUERY, 30, 10);
        Map<Site, Double> shares = Allocation.GREEDY.of(List.of(small, large), 0.33, tried -> 10 * tried.get(small) + tried.get(large));
        assertEquals(0.33, 0.25 * shares.get(small) + 0.75 * shares.get(large), 1e-9);
        assertEquals(0, shares.get(small), "all in the one that hurts less");
        Map<Site, Double> other = Allocation.GREEDY.of(List.of(small, large), 0.5, tried -> tried.get(large));
        assertEquals(0.95, other.get(small), 1e-9, "until it can give no more");
        assertEquals((0.5 - 0.25 * 0.95) / 0.75, other.get(large), 1e-9);
    }

    @Test
    void greedyIsNoWorseThanUniformOnItsOwnText() {
        double[] error = new double[2];
        for (Allocation a : Allocation.values()) {
            Gates gates = Gates.of("teal(allocation=" + a + ")", text(1));
            text(1).blocks(b -> error[a.ordinal()] += b.error(gates.gates()));
        }
        assertTrue(error[1] < error[0], Arrays.toString(error));
    }

    /** A unit is off where its gate is small, and nothing else changes. */
    @Test
    void catsClosesWhatComesOutOfTheGate() {
        Site gate = model.sites(0).stream().filter(s -> s.role() == Role.FFN_GATE).findFirst().orElseThrow();
        Skipping skipping;
        try (Eager ops = new Eager(compute)) {
            Value x = ops.input(new Value(Floats.allocate(32 * 2), 32, 2, 1));
            for (int i = 0; i < 64; i++) {
                x.data().set(i, (float) Math.sin(i));
            }
            Value dense = ops.linear(model.param(gate), null, Activation.SILU, x);
            skipping = new Skipping(ops, model, List.of(gate), Map.of(gate.name(), new Cats(0.5).gate(gate, null, new Level(0.5, 0.2f, 0))));
            skipping.tokens(new boolean[] {false, true});
            Value y = skipping.linear(model.param(gate), null, Activation.SILU, x);
            assertArrayEquals(dense.token(0), y.token(0), "a token that is read whole");
            for (int f = 0; f < y.features(); f++) {
                float d = dense.get(1, f);
                assertEquals(Math.abs(d) < 0.2f ? 0 : d, y.get(1, f));
            }
            assertEquals(32, skipping.spent().parts().getFirst().inputs());
            assertEquals(0, skipping.spent().parts().getFirst().skipped());
        }
    }

    @Test
    void aPolicyIsAskedForInShort() {
        assertEquals(Policies.make("teal(sparsity=0.4)"), Policies.make("teal:40%"));
        assertEquals(Policies.make("topk(k=7)"), Policies.make("topk:7"));
        assertThrows(UserError.class, () -> Policies.make("topk:0"));
        assertThrows(UserError.class, () -> Policies.make("teal:140%"));
        assertThrows(UserError.class, () -> Policies.make("wina(keep=some)"));
        assertThrows(UserError.class, () -> Policies.make("teal(allocation=fair)"));
        assertTrue(assertThrows(UserError.class, () -> Policies.make("tael:40%")).getMessage().contains("teal"));
        assertThrows(UserError.class, () -> Gates.of("topk:81", text(1)));
    }

    @ParameterizedTest
    @CsvSource({"0.2, 0.6"})
    void aHigherThresholdReadsLess(double little, double much) {
        Gates a = Gates.of("teal(sparsity=" + little + ",allocation=uniform)", text(1));
        Gates b = Gates.of("teal(sparsity=" + much + ",allocation=uniform)", text(1));
        Rng rng = new Rng(4);
        for (Site s : model.sites()) {
            float[] x = new float[s.cols()];
            for (int j = 0; j < x.length; j++) {
                x[j] = (float) rng.nextGaussian();
            }
            float[] more = closed(a.gates().get(s.name()), x);
            float[] less = closed(b.gates().get(s.name()), x);
            for (int j = 0; j < x.length; j++) {
                assertTrue(less[j] == 0 || less[j] == more[j], "what the higher threshold keeps, the lower keeps too");
            }
        }
    }
}
