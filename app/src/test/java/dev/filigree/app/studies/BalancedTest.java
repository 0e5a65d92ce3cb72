package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.infer.LanguageModel;
import dev.filigree.model.Llama;
import dev.filigree.model.Role;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class BalancedTest {

    @Test
    void otherNumbersComputeTheSame() {
        try (LanguageModel model = KnownLanguageModel.open(KnownLanguageModel.BUNDLED, 1); Eager ops = new Eager(model.compute())) {
            Tokens text = Tokens.of(List.of(new int[] {1, 403, 407, 261, 378}));
            Llama balanced = Balanced.of((Llama) model.model());
            Value before = model.model().forward(ops, text);
            Value after = balanced.forward(ops, text);
            for (int t = 0; t < text.tokens(); t++) {
                assertArrayEquals(before.token(t), after.token(t), 2e-4f, "token " + t);
            }
            balanced.sites().stream().filter(s -> s.role() == Role.FFN_OUT).forEach(s -> {
                double[] squares = new double[s.cols()];
                balanced.param(s).forward().forEach((r, c, slot, v) -> squares[c] += (double) v * v);
                for (double square : squares) {
                    assertEquals(1, square, 1e-4);
                }
            });
        }
    }
}
