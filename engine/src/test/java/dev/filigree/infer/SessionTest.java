package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.io.EncoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Models;
import dev.filigree.tensor.Layout;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {

    private static final EncoderConfig CONFIG = Models.config(Pooling.MEAN);

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void aSentenceGetsTheSameVectorAloneAndInAnyCompany(Pooling pooling) {
        Bert model = Models.dense(Models.config(pooling), 1);
        List<int[]> sequences = Models.sequences(40, 60, 40, 2);
        Session session = new Session(model, Compute.of(2));
        float[][] together = session.encode(sequences);
        for (int i = 0; i < sequences.size(); i++) {
            assertArrayEquals(session.encode(List.of(sequences.get(i)))[0], together[i], 1e-5f, "sequence " + i);
        }
        session.close();
    }

    @Test
    void theNumberOfThreadsChangesNoBit() {
        Bert model = Models.sparse(CONFIG, 3, 0.8, Layout.csr(16));
        List<int[]> sequences = Models.sequences(100, 60, 40, 4);
        float[][] one = new Session(model, Compute.of(1)).encode(sequences);
        for (int threads : new int[] {2, 3, 5}) {
            float[][] many = new Session(model, Compute.of(threads)).encode(sequences);
            for (int i = 0; i < one.length; i++) {
                assertArrayEquals(one[i], many[i], threads + " threads, sequence " + i);
            }
        }
    }

    @Test
    void vectorsAndScalarsAgree() {
        Bert model = Models.sparse(CONFIG, 3, 0.7, Layout.CSR);
        List<int[]> sequences = Models.sequences(10, 30, 40, 5);
        float[][] best = new Session(model, new Compute(Kernels.best(), Parallel.single())).encode(sequences);
        float[][] scalar = new Session(model, new Compute(Kernels.scalar(), Parallel.single())).encode(sequences);
        for (int i = 0; i < best.length; i++) {
            assertArrayEquals(scalar[i], best[i], 1e-5f);
        }
    }

    @Test
    void manyThreadsMayAskAtOnce() {
        Bert model = Models.sparse(CONFIG, 6, 0.5, Layout.BITMAP);
        List<int[]> sequences = Models.sequences(12, 30, 40, 7);
        Session session = new Session(model, Compute.of(2));
        float[][] expected = session.encode(sequences);
        IntStream.range(0, 64).parallel().forEach(i -> {
            float[][] found = session.encode(sequences);
            for (int s = 0; s < found.length; s++) {
                assertArrayEquals(expected[s], found[s]);
            }
        });
        assertTrue(session.bytes() > 0);
        session.close();
        assertThrows(IllegalStateException.class, () -> session.encode(sequences));
    }

    @Test
    void aPlanChangesTheLayoutButNotTheResult() {
        Model model = Models.sparse(CONFIG, 8, 0.6, Layout.CSR);
        List<int[]> sequences = Models.sequences(5, 30, 40, 9);
        Compute compute = Compute.of(1);
        float[][] before = new Session(model, compute).encode(sequences);
        for (String layout : new String[] {"dense", "bitmap", "csr"}) {
            Plan all = new Plan("here", 1, List.of(), List.of(), model.sites().stream().map(s -> new Plan.Choice(s.name(), layout, 0)).toList());
            all.apply("test", model, Arena.ofAuto());
            model.sites().forEach(s -> assertEquals(layout, model.param(s).forward().layout()));
            float[][] after = new Session(model, compute).encode(sequences);
            for (int i = 0; i < before.length; i++) {
                assertArrayEquals(before[i], after[i], 1e-5f, layout);
            }
        }
    }
}
