package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.FeatureTable;
import dev.filigree.ops.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Noise is added to what a model sees and not to what it should give back, and goes on where it stopped. */
class DenoisingTest {

    private static FeatureTable table() {
        float[] values = new float[40 * 30];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 7;
        }
        return new FeatureTable(30, values, new int[40], List.of("only"));
    }

    @Test
    void noiseHasTheDeviationAskedFor() {
        Denoising batches = new Denoising(table(), 40, 0.2, new Rng(1));
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int n = 0; n < 20; n++) {
            Samples s = batches.next();
            for (int i = 0; i < 40; i++) {
                for (int f = 0; f < 30; f++) {
                    double clean = s.targets().get(i, f);
                    assertEquals(Math.rint(clean), clean, "targets are clean");
                    double off = s.x().get(i, f) - clean;
                    sum += off;
                    squares += off * off;
                    count++;
                }
            }
        }
        assertEquals(0, sum / count, 0.005);
        assertEquals(0.2, Math.sqrt(squares / count), 0.003);
    }

    @Test
    void goesOnWhereItStopped() {
        Denoising whole = new Denoising(table(), 16, 0.5, new Rng(2));
        for (int i = 0; i < 7; i++) {
            whole.next();
        }
        StateWriter state = new StateWriter();
        whole.save(state);
        StateReader saved = state.copied();
        Denoising resumed = new Denoising(table(), 16, 0.5, new Rng(2));
        resumed.load(saved);
        for (int i = 0; i < 5; i++) {
            assertArrayEquals(whole.next().x().data().toArray(), resumed.next().x().data().toArray(), 0f);
        }
    }

    @Test
    void noNoiseIsNoneAndLessIsRefused() {
        Samples s = new Denoising(table(), 8, 0, new Rng(3)).next();
        assertArrayEquals(s.targets().data().toArray(), s.x().data().toArray(), 0f);
        assertThrows(UserError.class, () -> new Denoising(table(), 8, -1, new Rng(3)));
    }
}
