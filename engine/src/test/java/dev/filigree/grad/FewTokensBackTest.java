package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.Birth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Examples in panels of their own have the gradients that they have side by side in one wide panel, and no weight is turned for them. */
class FewTokensBackTest {

    private static final int INPUTS = 37;
    private static final int OUTPUTS = 6;

    @ParameterizedTest
    @CsvSource({"1, 7, 1", "2, 7, 2", "2, 1000, 3", "3, 20, 1", "4, 1, 3"})
    void gradientsAreThoseOfAWidePanel(int examples, int chunk, int threads) {
        try (Parallel parallel = new Parallel(threads)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Mlp network = network(compute, chunk);
            Map<String, float[]> wide = gradients(compute, network, examples, 16);
            Map<String, float[]> single = gradients(compute, network, examples, 1);
            wide.forEach((name, g) -> assertArrayEquals(g, single.get(name), 2e-5f, name + " of " + examples + " examples, chunk " + chunk));
        }
    }

    private static Map<String, float[]> gradients(Compute compute, Mlp network, int examples, int width) {
        Gradients gradients = new Gradients(network.trained());
        try (Tape tape = new Tape(compute, gradients)) {
            Value y = network.forward(tape, new Samples(noise(INPUTS, examples, width), new int[0]));
            tape.seed(y, noise(OUTPUTS, examples, width).data());
            tape.backward();
            if (width == 1) {
                assertEquals(0, tape.transposeBytes());
            }
            Map<String, float[]> all = new LinkedHashMap<>();
            for (Held p : network.trained()) {
                all.put(p.name(), gradients.of(p).toArray());
            }
            return all;
        }
    }

    private static Value noise(int features, int examples, int width) {
        Value v = new Value(Floats.allocate(Value.length(features, examples, width)), features, examples, width);
        for (int t = 0; t < examples; t++) {
            Rng rng = new Rng(t).split("of " + features);
            for (int f = 0; f < features; f++) {
                v.data().set(v.at(t, f), (float) rng.nextGaussian());
            }
        }
        return v;
    }

    private static Mlp network(Compute compute, int chunk) {
        Mlp network = new Mlp(List.of(INPUTS, 53, 41, OUTPUTS), Activation.RELU);
        Birth birth = new Birth(compute, network, new Rng(1));
        for (Site s : network.sites()) {
            birth.sparse(s, Sampling.topology(s.rows(), s.cols(), (int) s.positions() / 3, new Rng(2).split(s.name())), Layout.csr(chunk));
        }
        return network;
    }
}
