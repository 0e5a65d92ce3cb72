package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many survive a pruning between rounds. */
class PqIndexTest {

    private static final List<Site> SITES = List.of(new Site("a", 0, Role.HIDDEN, 10, 10), new Site("b", 1, Role.OUTPUT, 10, 10));

    @Test
    void theIndexIsThatOfTheFormula() {
        assertEquals(0, PqIndex.of(Floats.of(2, -2, 2)), 1e-12, "all of one size");
        assertEquals(0.75, PqIndex.of(Floats.of(0, 0, 5, 0)), 1e-7, "1 - 1/d for a single one");
        assertEquals(1 - 2.25 / 2.5, PqIndex.of(Floats.of(1, -4)), 1e-7, "((1 + 2) / 2)^2 over (1 + 4) / 2");
        assertEquals(0, PqIndex.of(Floats.of(0, 0)));
        assertEquals(0, PqIndex.of(Floats.of()));
    }

    @Test
    void theShareOfTheIndexDiesWithinItsBounds() {
        assertEquals(0.75, new PqIndex(5, 1, 0.9).share(Floats.of(0, 0, 5, 0)), 1e-7);
        assertEquals(0.375, new PqIndex(5, 0.5, 0.9).share(Floats.of(0, 0, 5, 0)), 1e-7);
        assertEquals(0.6, new PqIndex(5, 1, 0.6).share(Floats.of(0, 0, 5, 0)), 1e-7);
    }

    @Test
    void eachSiteByItsOwnIndexUntilTheTarget() {
        List<Floats> live = List.of(equal(100), single(100));
        PqIndex cull = new PqIndex(3, 1, 0.5);
        assertArrayEquals(new long[] {100, 50}, cull.keep(SITES, live, 1, 0.9));
        assertArrayEquals(new long[] {100, 60}, cull.keep(SITES, live, 1, 0.2), "no more than the target asks for");
        assertArrayEquals(new long[] {13, 7}, cull.keep(SITES, live, 3, 0.9), "the last reaches it by one factor");
        assertArrayEquals(new long[] {10, 10}, cull.keep(SITES, List.of(equal(10), single(10)), 2, 0.9), "there already");
    }

    @Test
    void aFixedShareIsHalvedInOutputs() {
        Cull cull = new Cull.Share(0.2);
        assertEquals(11, cull.prunings(0.9));
        assertArrayEquals(new long[] {64, 81}, cull.keep(SITES, List.of(equal(80), equal(90)), 2, 0.9));
        assertEquals(60, Arrays.stream(cull.keep(SITES, List.of(equal(51), equal(73)), 6, 0.7)).sum(), 1, "the last round ends at the target");
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (String wrong : List.of("sap(prunings=0)", "sap(gamma=0)", "sap(most=1)", "sap(rewind=1)", "tickets(share=1)")) {
            assertThrows(UserError.class, () -> Parts.REGIMES.make(wrong), wrong);
        }
    }

    private static Floats equal(int n) {
        return Floats.allocate(n).fill(1);
    }

    private static Floats single(int n) {
        Floats f = Floats.allocate(n);
        f.set(0, 1);
        return f;
    }
}
