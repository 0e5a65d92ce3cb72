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
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import dev.filigree.train.Birth;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
