package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.KeyValues;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import dev.filigree.train.Birth;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sequence that is gone on with gives the scores of the whole sequence at once. */
class DecodingTest {

    private static final int VOCAB = 37;

    private static Llama model(int heads, int keys, boolean neighbours, boolean tied, Compute compute) {
        Llama model = new Llama(new DecoderConfig(VOCAB, 400, 32, 48, 3, heads, keys, 1e-5f, 100, neighbours, tied));
        Birth birth = new Birth(compute, model, new Rng(3));
        for (Site s : model.sites()) {
            birth.dense(s);
        }
        return model;
    }

    @ParameterizedTest
    @CsvSource({"4, 4, false, true", "4, 2, true, false", "8, 1, false, false", "2, 2, true, true"})
    void tokenByTokenInPiecesOrAtOnce(int heads, int keys, boolean neighbours, boolean tied) {
        try (Parallel parallel = new Parallel(2)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Llama model = model(heads, keys, neighbours, tied, compute);
            int[] ids = IntStream.range(0, 300).map(i -> (i * i + 3) % VOCAB).toArray();
            try (Eager ops = new Eager(compute); Decoding slow = new Decoding(model, new Eager(compute), 300); Decoding fast = new Decoding(model, new Eager(compute), 300)) {
                Value whole = model.forward(ops, Tokens.of(List.of(ids)));
                fast.read(Arrays.copyOf(ids, 290)); // more than a chunk
                for (int i = 0; i < 70; i++) {
                    close(whole.token(i), slow.next(ids[i]), "token " + i);
                }
                close(whole.token(290), fast.next(ids[290]), "after the prompt");
                float[][] rest = fast.scores(Arrays.copyOfRange(ids, 291, 300));
                for (int i = 0; i < rest.length; i++) {
                    close(whole.token(291 + i), rest[i], "token " + (291 + i));
                }
                assertEquals(300, fast.length());
                String message = assertThrows(UserError.class, () -> fast.read(new int[20])).getMessage();
                assertTrue(message.contains("context"), message);
                assertThrows(UserError.class, () -> slow.next(VOCAB));
            }
        }
    }

    private static void close(float[] expected, float[] actual, String what) {
        assertArrayEquals(expected, actual, 2e-4f, what);
    }

    /** Binary16 has eleven bits: a key or value is off by at most 2^-11 of itself. */
    @Test
    void halfThePrecisionIsHalfTheMemoryAndNearlyTheSame() {
        try (Parallel parallel = new Parallel(2)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Llama model = new Llama(new DecoderConfig(VOCAB, 400, 128, 96, 2, 4, 2, 1e-5f, 100, false, false)); // heads of 32, whole blocks
            Birth birth = new Birth(compute, model, new Rng(4));
            model.sites().forEach(birth::dense);
            int[] ids = IntStream.range(0, 320).map(i -> (i * i + 3) % VOCAB).toArray();
            try (Decoding whole = new Decoding(model, new Eager(compute), null, KeyValues.Type.FP32, 320); Decoding half = new Decoding(model, new Eager(compute), null, KeyValues.Type.FP16, 320)) {
                assertEquals(whole.bytes(), 2 * half.bytes());
                double most = 0;
                double error = 0;
                for (int i = 0; i < ids.length; i += 40) {
                    float[][] a = i == 80 ? one(whole, ids, i, 40) : whole.scores(Arrays.copyOfRange(ids, i, i + 40));
                    float[][] b = i == 80 ? one(half, ids, i, 40) : half.scores(Arrays.copyOfRange(ids, i, i + 40));
                    for (int t = 0; t < 40; t++) {
                        for (int v = 0; v < VOCAB; v++) {
                            most = Math.max(most, Math.abs(a[t][v]));
                            error = Math.max(error, Math.abs(a[t][v] - b[t][v]));
                        }
                    }
                }
                assertTrue(error > 0 && error < 2e-3 * most, error + " of " + most);
                half.cut(100); // what is forgotten leaves no trace
                whole.cut(100);
                assertArrayEquals(whole.next(3), half.next(3), (float) (2e-3 * most));
            }
        }
    }

    private static float[][] one(Decoding d, int[] ids, int from, int count) {
        return IntStream.range(from, from + count).mapToObj(i -> d.next(ids[i])).toArray(float[][]::new);
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void theNumberOfThreadsChangesNoBit(int threads) {
        float[][] found = new float[2][];
        for (int i = 0; i < 2; i++) {
            try (Parallel parallel = new Parallel(i == 0 ? 2 : threads)) {
                Compute compute = new Compute(Kernels.best(), parallel);
                try (Decoding d = new Decoding(model(4, 2, false, true, compute), new Eager(compute), 100)) {
                    d.read(IntStream.range(0, 60).map(t -> t % VOCAB).toArray());
                    found[i] = d.next(7);
                }
            }
        }
        assertArrayEquals(found[0], found[1]);
    }
}
