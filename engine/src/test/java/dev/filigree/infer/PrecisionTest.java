package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Birth;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights in few bits: what a model computes with them is what it computes with the same values in 32 bits. */
class PrecisionTest {

    private static final int VOCAB = 71;
    private static final int[] IDS = IntStream.range(0, 40).map(i -> (i * i + 3) % VOCAB).toArray();

    private static Llama model(boolean tied, Compute compute, UnaryOperator<Weight> held) {
        Llama model = new Llama(new DecoderConfig(VOCAB, 64, 48, 80, 2, 4, 2, 1e-5f, 100, false, tied));
        Birth birth = new Birth(compute, model, new Rng(3));
        for (Site s : model.sites()) {
            birth.dense(s);
        }
        model.params().stream().filter(p -> p.forward() instanceof Tiled).forEach(p -> p.set(held.apply(p.forward())));
        return model;
    }

    private static Weight plain(Weight w) {
        Floats values = Floats.allocate(w.rows() * w.cols());
        w.forEach((r, c, slot, v) -> values.set(r * w.cols() + c, v));
        return Tiled.pack(Arena.ofAuto(), Dense.of(w.rows(), w.cols(), values));
    }

    @ParameterizedTest
    @CsvSource({"BF16, true", "BF16, false", "INT8, true", "INT8, false"})
    void scoresAreThoseOfTheSameValues(Precision precision, boolean tied) {
        try (Parallel parallel = new Parallel(2)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Llama few = model(tied, compute, w -> precision.hold(Arena.ofAuto(), w));
            Llama same = model(tied, compute, w -> plain(precision.hold(Arena.ofAuto(), w)));
            try (Decoding a = new Decoding(few, new Eager(compute), 64); Decoding b = new Decoding(same, new Eager(compute), 64)) {
                float[][] expected = b.scores(IDS);
                float[][] prompt = a.scores(Arrays.copyOf(IDS, 30));
                for (int i = 0; i < IDS.length; i++) {
                    assertArrayEquals(expected[i], i < 30 ? prompt[i] : a.next(IDS[i]), 2e-4f, "token " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theNumberOfThreadsChangesNoBit(Precision precision) {
        float[][] found = new float[3][];
        for (int threads = 1; threads <= 3; threads++) {
            try (Parallel parallel = new Parallel(threads)) {
                Compute compute = new Compute(Kernels.best(), parallel);
                try (Decoding d = new Decoding(model(true, compute, w -> precision.hold(Arena.ofAuto(), w)), new Eager(compute), 64)) {
                    d.read(IDS);
                    d.next(7);
                    found[threads - 1] = d.next(9);
                }
            }
        }
        assertArrayEquals(found[0], found[1]);
        assertArrayEquals(found[0], found[2]);
    }

    /** A row of 1.27 at most has steps of 0.01; 1 + 2^-9 is no bfloat16, 1 is. */
    @Test
    void roundsByHand() {
        Weight w = Tiled.pack(Arena.ofAuto(), Dense.of(1, 3, Floats.of(1.27f, -0.504f, 1 + 0x1p-9f)));
        float[] found = new float[3];
        Precision.INT8.hold(Arena.ofAuto(), w).forEach((r, c, slot, v) -> found[c] = v);
        assertArrayEquals(new float[] {1.27f, -0.5f, 1f}, found, 1e-6f);
        Precision.BF16.hold(Arena.ofAuto(), w).forEach((r, c, slot, v) -> found[c] = v);
        assertArrayEquals(new float[] {1.2734375f, -0.50390625f, 1f}, found);
        assertSame(w, Precision.FP32.hold(Arena.ofAuto(), w));
    }

    @Test
    void blocksKeepTheirZerosAndOtherSparseWeightsStay() {
        Floats values = Floats.of(1, 2, 3, 4, 5, 6, 7, 8);
        Weight blocks = Layout.blocks(4).pack(Arena.ofAuto(), Topology.full(4, 2), values);
        assertEquals("4x1 int8", Precision.INT8.hold(Arena.ofAuto(), blocks).layout());
        Weight csr = Layout.CSR.pack(Arena.ofAuto(), Topology.full(4, 2), values);
        assertSame(csr, Precision.INT8.hold(Arena.ofAuto(), csr));
        assertTrue(assertThrows(UserError.class, () -> Precision.of("int4")).getMessage().contains("fp32, bf16, int8"));
    }
}
