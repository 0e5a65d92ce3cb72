package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfTestTest {

    private static final int KERNELS = 44;

    @Test
    void readsEveryMainKernelOnceAndCatchesOneThatIsAsSlowAsScalarCode() {
        List<SelfTest.Reading> readings = SelfTest.of(new Slowed(Kernels.best()));
        assertEquals(KERNELS, readings.size());
        assertEquals(KERNELS, new HashSet<>(readings.stream().map(SelfTest.Reading::kernel).toList()).size());
        readings.forEach(r -> assertTrue(r.share() > 0 && r.healthy() > 0 && r.healthy() < 1, r.toString()));
        readings.stream().filter(r -> r.kernel().equals("attention")).forEach(r -> assertFalse(r.compiled(), r.toString()));
    }

    @Test
    void aKernelFarBelowTheCeilingDidNotCompile() {
        assertFalse(new SelfTest.Reading("x", 0.02, 0.3).compiled());
        assertTrue(new SelfTest.Reading("x", 0.9, 0.3).compiled());
    }

    /** Vector kernels whose attention is the scalar definition. */
    private record Slowed(Kernels fast) implements Kernels {
        @Override
        public Products products() {
            return fast.products();
        }

        @Override
        public MatrixVector matrixVector() {
            return fast.matrixVector();
        }

        @Override
        public DenseGradients denseGradients() {
            return fast.denseGradients();
        }

        @Override
        public FewTokens fewTokens() {
            return fast.fewTokens();
        }

        @Override
        public Convolutions convolutions() {
            return fast.convolutions();
        }

        @Override
        public SparseGradients sparseGradients() {
            return fast.sparseGradients();
        }

        @Override
        public Channels channels() {
            return fast.channels();
        }

        @Override
        public Elementwise elementwise() {
            return fast.elementwise();
        }

        @Override
        public Norms norms() {
            return fast.norms();
        }

        @Override
        public Attention attention() {
            return Kernels.scalar().attention();
        }

        @Override
        public Survivors survivors() {
            return fast.survivors();
        }

        @Override
        public Updates updates() {
            return fast.updates();
        }

        @Override
        public SparseDots sparseDots() {
            return fast.sparseDots();
        }

        @Override
        public Postings postings() {
            return fast.postings();
        }

        @Override
        public Ceilings ceilings() {
            return fast.ceilings();
        }

        @Override
        public String name() {
            return "slowed";
        }

        @Override
        public int lanes() {
            return fast.lanes();
        }
    }
}
