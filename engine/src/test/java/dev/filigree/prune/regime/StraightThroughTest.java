package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What N:M training refuses, in one line that says what to do. */
class StraightThroughTest {

    private static final Site MATRIX = new Site("layer.weight", 0, Role.HIDDEN, 8, 12);

    @Test
    void thePatternDecidesTheSparsity() {
        Regime regime = Parts.REGIMES.make("ste(pattern=1:4)");
        assertEquals(0.75, regime.fixedSparsity().orElseThrow());
        assertTrue(regime.births(List.of(MATRIX), 0.75).isEmpty());
        refused("--sparsity: found 90%", () -> regime.births(List.of(MATRIX), 0.9));
    }

    @Test
    void impossibleCombinationsAreRefused() {
        refused("--allocation", () -> Parts.REGIMES.make("sr-ste").with(Parts.ALLOCATIONS.make("erk")));
        refused("found '4x1'", () -> Parts.REGIMES.make("ste(pattern=4x1)"));
        refused("every=0", () -> Parts.REGIMES.make("ste(every=0)"));
        refused("has 12 inputs, expected a multiple of 16", () -> Parts.REGIMES.make("ste(pattern=8:16)").births(List.of(MATRIX), 0.5));
        refused("--method asp: layer.weight has 12 inputs, expected a multiple of 8", () -> Parts.REGIMES.make("asp(pattern=1:8)").births(List.of(MATRIX), 0.875));
        refused("found at=1.0", () -> Parts.REGIMES.make("asp(at=1)"));
        refused("dense=0.6 and settle=0.5", () -> Parts.REGIMES.make("pgf(dense=0.6,settle=0.5)"));
        refused("found 'cubic'", () -> Parts.REGIMES.make("pgf(decay=cubic)"));
        refused("found 'none'", () -> Parts.REGIMES.make("pgf-stages(stages=none)"));
        refused("found 'both'", () -> Parts.REGIMES.make("bdwp(back=both)"));
        refused("found 'loss'", () -> Parts.REGIMES.make("sr-ste(into=loss)"));
        refused("is a convolution", () -> Parts.REGIMES.make("ste").births(List.of(new Site("conv.weight", 0, Role.HIDDEN, 8, 36, 3, 3)), 0.5));
    }

    private static void refused(String what, Runnable action) {
        String message = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(message.contains(what) && message.lines().count() == 1, message);
    }
}
