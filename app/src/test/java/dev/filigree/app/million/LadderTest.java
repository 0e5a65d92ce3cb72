package dev.filigree.app.million;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ladder of very wide networks. */
class LadderTest {

    @Test
    void aRungHasThePublishedNumberOfConnectionsAndHoldsFewBytesForEach() {
        int hidden = 400;
        try (Parallel parallel = new Parallel(2)) {
            Ladder.Climbed c = new Ladder(new Compute(Kernels.best(), parallel), 1, true, Progress.silent()).climb(new Rung(1, hidden, 1));
            assertEquals(20 * (3312 + hidden) + 2 * 20 * (hidden + hidden) + 5 * hidden, c.connections());
            assertTrue(c.bytes() < 32, c.bytes() + " bytes a connection");
            assertTrue(Double.isFinite(c.loss()) && c.training() > 0 && c.topology() > 0, c.toString());
        }
    }

    @Test
    void theRowsAreThoseOfTheTable() {
        assertEquals(List.of(3_000, 600_000), Rung.numbered(List.of(4, 1)).stream().map(Rung::hidden).toList());
        assertThrows(UserError.class, () -> Rung.numbered(List.of(5)));
    }
}
