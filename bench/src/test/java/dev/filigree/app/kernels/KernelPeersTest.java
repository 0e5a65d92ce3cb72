package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.peer.KernelPeer;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.app.peer.PeerFailure;
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

/** MKL, OpenBLAS, ONNX Runtime and libtorch compute what the definition says, on operands that they made themselves. */
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
        assertEquals(1, result.of(Role.NATIVE_STEP, 1).count());
    }

    @Test
    void theStepOfANetworkAgrees() {
        CaseResult result = run(new TrainingFamily().cases(true).getLast());
        assertEquals(1, result.of(Role.NATIVE_STEP, 1).count());
        assertEquals(4, result.of(Role.OURS, 1).count());
    }

    @Test
    void libtorchsLayerAgrees() {
        CaseResult result = run(new Case("small", 24, 40, 7, e -> e.nativeTorch().ours("csr", 0.5, Mask.unstructured(0.5), Layout.CSR)));
        assertEquals(1, result.of(Role.NATIVE, 2).count());
    }

    @Test
    void libtorchsStepThroughThreeLayersAgrees() throws PeerFailure {
        int side = 12;
        int tokens = 5;
        double[][][] h = new double[4][tokens][side]; // inputs of the layers, and the output
        double[][][] d = new double[4][tokens][side]; // their gradients
        for (int t = 0; t < tokens; t++) {
            for (int f = 0; f < side; f++) {
                h[0][t][f] = Numbers.input(t, f, side);
                d[3][t][f] = Numbers.gradient(t, f, side);
            }
        }
        for (int layer = 0; layer < 3; layer++) {
            forEach(tokens, side, layer, (t, r, c, l) -> h[l + 1][t][r] += Numbers.weight(r, c, side) * (l == 0 ? h[l][t][c] : Math.max(0, h[l][t][c])));
        }
        for (int layer = 2; layer >= 0; layer--) {
            forEach(tokens, side, layer, (t, r, c, l) -> d[l][t][c] += l > 0 && h[l][t][c] <= 0 ? 0 : Numbers.weight(r, c, side) * d[l + 1][t][r]);
        }
        double[] expected = new double[3 * Numbers.SAMPLES];
        for (int i = 0; i < Numbers.SAMPLES; i++) {
            int feature = Numbers.place(i, 0, side);
            int token = Numbers.place(i, 1, tokens);
            int column = Numbers.place(i, 1, side);
            expected[i] = h[3][token][feature];
            for (int t = 0; t < tokens; t++) {
                expected[Numbers.SAMPLES + i] += d[1][t][feature] * h[0][t][column];
                expected[2 * Numbers.SAMPLES + i] += d[3][t][feature] * Math.max(0, h[2][t][column]);
            }
        }
        KernelPeer peer = lab.peer(NativeLibrary.LIBTORCH, 1);
        assertEquals(0, Referee.difference(expected, peer.samples(peer.prepare("mlp\t" + side + "\t" + tokens))), Contestant.FLOAT_TOLERANCE);
    }

    private interface Place {
        void at(int token, int row, int column, int layer);
    }

    private static void forEach(int tokens, int side, int layer, Place body) {
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < side; r++) {
                for (int c = 0; c < side; c++) {
                    body.at(t, r, c, layer);
                }
            }
        }
    }

    @Test
    void theConvolutionAgrees() {
        CaseResult result = run(new ConvolutionFamily().cases(true).getFirst());
        assertEquals(1, result.of(Role.NATIVE, 2).count());
    }
}
