package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Layout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MKL, OpenBLAS and ONNX Runtime compute what the definition says, on operands that they made themselves. */
class KernelPeersTest {

    private static final Roof ROOF = new Roof(Map.of(1, 1e11, 2, 2e11), Map.of(1, new TreeMap<>(Map.of(1L, 1e10)), 2, new TreeMap<>(Map.of(1L, 2e10))));

    private static Lab lab;

    @BeforeAll
    static void open() {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"), "MKL is not published for this system");
        lab = new Lab(Kernels.best(), 2);
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private static CaseResult run(Case c) {
        CaseResult result = new Referee(lab, ROOF, 1).run(new DenseFamily(), c);
        assertEquals(Map.of(), result.absent());
        for (Measured m : result.measured()) {
            assertEquals("", m.fault(), m.name());
            assertTrue(m.median() > 0, m.name());
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void everyProductAgrees(int tokens) {
        CaseResult result = run(new Case("small", 24, 40, tokens, e -> {
            e.nativeDense().nativeSparse(0.5).ours("csr", 0.5, Mask.unstructured(0.5), Layout.CSR);
            if (tokens > 1) {
                e.nativeBf16();
            }
        }));
        TreeSet<String> names = new TreeSet<>();
        result.of(Role.NATIVE, 2).forEach(m -> names.add(m.name().split(" ")[0]));
        assertEquals(new TreeSet<>(List.of("MKL", "ONNX", "OpenBLAS")), names);
        assertEquals(1, result.of(Role.NATIVE_SPARSE, 2).count());
        assertEquals(tokens > 1 ? 1 : 0, result.of(Role.NATIVE_OTHER, 2).count());
    }

    @Test
    void theTrainingStepAgreesWithThreeDenseProducts() {
        CaseResult result = run(new TrainingFamily().cases(true).getFirst());
        assertEquals(4, result.of(Role.NATIVE, 1).count());
    }

    @Test
    void theConvolutionAgrees() {
        CaseResult result = run(new ConvolutionFamily().cases(true).getFirst());
        assertEquals(1, result.of(Role.NATIVE, 2).count());
    }
}
