package dev.filigree.infer.policy;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import dev.filigree.model.Role;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ActivationRatioTest {

    private static final List<int[]> TEXT = List.of(IntStream.range(0, 90).map(i -> (i * i + i / 3) % 53).toArray(), IntStream.range(0, 60).map(i -> i * 7 % 53).toArray());

    /** Units whose output weight is zero cost nothing and are off; perplexity stays below what it may be, and a larger rise turns more units off. */
    @Test
    void unitsThatDoNothingAreOff() {
        try (Parallel parallel = new Parallel(1)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Llama model = PolicyTest.model(compute);
            model.sites().stream().filter(s -> s.role() == Role.FFN_OUT).forEach(s -> {
                Weight w = model.param(s).forward();
                Floats values = Floats.allocate(s.rows() * s.cols());
                w.forEach((r, c, slot, v) -> values.set(r * s.cols() + c, c % 4 == 1 ? v : 0));
                model.param(s).set(Tiled.pack(Arena.ofAuto(), Dense.of(s.rows(), s.cols(), values)));
            });
            Calibration text = new Calibration(model, compute, TEXT, n -> { });
            ActivationRatio little = ActivationRatio.of(text, 1e-6);
            assertTrue(little.ratio() <= 0.26, little.toString());
            assertTrue(little.reached() <= (1 + 1e-6) * little.perplexity(), little.toString());
            ActivationRatio more = ActivationRatio.of(text, 0.01);
            assertTrue(more.reached() <= 1.01 * more.perplexity() && more.ratio() <= little.ratio() && more.cett() >= little.cett(), more.toString());
            assertThrows(UserError.class, () -> ActivationRatio.of(text, 0));
            assertThrows(UserError.class, () -> ActivationRatio.of(new Calibration(model, compute, List.of(), n -> { }), 0.01));
        }
    }
}
