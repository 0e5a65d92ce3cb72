package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfTestTest {

    @Test
    void readsEveryMainKernelOnce() {
        List<SelfTest.Reading> readings = SelfTest.of(Kernels.best());
        assertEquals(13, readings.size());
        assertEquals(13, new HashSet<>(readings.stream().map(SelfTest.Reading::kernel).toList()).size());
        readings.forEach(r -> assertTrue(r.share() > 0 && r.healthy() > 0 && r.healthy() < 1, r.toString()));
    }

    @Test
    void aKernelFarBelowTheCeilingDidNotCompile() {
        assertFalse(new SelfTest.Reading("x", 0.02, 0.3).compiled());
        assertTrue(new SelfTest.Reading("x", 0.9, 0.3).compiled());
    }
}
