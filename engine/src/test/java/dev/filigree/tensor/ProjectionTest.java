package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Survivors of a dense master: the largest of each group, their values, and what becomes of the others. */
class ProjectionTest {

    private static final int ROWS = 37;

    @ParameterizedTest
    @CsvSource({"1, 2, 6", "2, 4, 4", "2, 4, 68", "3, 5, 35", "7, 16, 48", "5, 17, 51", "64, 128, 256"})
    void theLargestOfEachGroupSurviveAndTheFirstOfEqualOnes(int n, int m, int cols) {
        Tiled master = master(cols);
        PackedNofM packed = survivors(master, n, m, compute(3));
        for (int r = 0; r < ROWS; r++) {
            for (int group = 0; group < cols / m; group++) {
                int row = r;
                int first = group * m;
                int[] expected = IntStream.range(0, m).boxed().sorted(Comparator.comparingDouble(i -> -Math.abs(master.get(row, first + i)))).limit(n)
                        .mapToInt(i -> i).sorted().toArray();
                int at = (r * (cols / m) + group) * n;
                assertArrayEquals(expected, IntStream.range(at, at + n).map(i -> packed.place().get(ValueLayout.JAVA_BYTE, i)).toArray());
                for (int i = 0; i < n; i++) {
                    assertEquals(master.get(r, first + expected[i]), packed.values().get(at + i));
                }
            }
        }
    }

    @Test
    void valuesFollowTheMasterAtTheOldPlacesUntilTheNextChoice() {
        Tiled master = master(12);
        Projection projection = new Projection(ROWS, 12, 2, 4);
        projection.choose(compute(1), master);
        Csr packed = projection.room();
        projection.pack(compute(1), master, packed);
        int[] columns = Topology.of(packed).column().toArray();
        for (int i = 0; i < master.tiles().length(); i++) {
            master.tiles().set(i, 1 - master.tiles().get(i));
        }
        projection.pack(compute(1), master, packed);
        assertArrayEquals(columns, Topology.of(packed).column().toArray());
        packed.forEach((r, c, slot, v) -> assertEquals(master.get(r, c), v));
    }

    @Test
    void onlyWhatDidNotSurviveIsAdded() {
        Tiled master = master(12);
        float[] before = master.tiles().toArray();
        Projection projection = new Projection(ROWS, 12, 1, 3);
        projection.choose(compute(2), master);
        Topology live = Topology.of(survivors(master, 1, 3, compute(1)));
        projection.addOthers(compute(2), master, -0.5f, master.tiles());
        master.forEach((r, c, slot, v) -> assertEquals(live.find(r, c) >= 0 ? before[slot] : 0.5f * before[slot], v));
    }

    @Test
    void onlyWhatDidNotSurviveGetsSmallerAndNeverChangesItsSign() {
        Tiled master = master(12);
        float[] before = master.tiles().toArray();
        Projection projection = new Projection(ROWS, 12, 1, 3);
        projection.choose(compute(2), master);
        Topology live = Topology.of(survivors(master, 1, 3, compute(1)));
        projection.shrinkOthers(compute(2), master, 0.5f);
        master.forEach((r, c, slot, v) -> assertEquals(live.find(r, c) >= 0 ? before[slot] : Math.signum(before[slot]) * Math.max(0, Math.abs(before[slot]) - 0.5f), v));
    }

    @Test
    void theTransposeHoldsTheSurvivorsWhateverItHeldBefore() {
        Tiled master = master(20);
        Projection projection = new Projection(ROWS, 20, 2, 5);
        Csr survivors = projection.room();
        Csr turned = projection.turned(compute(1), survivors); // of the first of each group
        projection.choose(compute(1), master);
        projection.pack(compute(1), master, survivors);
        projection.turn(compute(2), survivors, turned);
        assertTransposed(survivors, turned);
        assertTransposed(survivors, new Csr(20, ROWS, turned.chunk(), turned.start(), turned.column(), turned.values())); // checks again what it holds
    }

    private static void assertTransposed(Csr survivors, Csr turned) {
        Topology back = Topology.of(turned);
        Floats values = Layout.canonical(turned, back);
        survivors.forEach((r, c, slot, v) -> assertEquals(v, values.get(back.find(c, r)), c + ", " + r));
    }

    @Test
    void marksAreTakenBackAndOthersAreRefused() {
        Tiled master = master(16);
        Projection projection = new Projection(ROWS, 16, 2, 4);
        projection.choose(compute(1), master);
        Projection again = new Projection(ROWS, 16, 2, 4);
        again.restore(projection.marks());
        assertArrayEquals(projection.marks().toArray(), again.marks().toArray());
        Ints wrong = projection.marks();
        wrong.set(1, wrong.get(1) ^ 1);
        assertThrows(UserError.class, () -> again.restore(wrong));
        assertThrows(UserError.class, () -> new Projection(ROWS, 24, 2, 4).restore(projection.marks()));
        assertThrows(UserError.class, () -> new Projection(ROWS, 18, 2, 4));
    }

    private static PackedNofM survivors(Tiled master, int n, int m, Compute compute) {
        Projection projection = new Projection(master.rows(), master.cols(), n, m);
        projection.choose(compute, master);
        Csr rows = projection.room();
        projection.pack(compute, master, rows);
        return projection.packed(rows);
    }

    private static Tiled master(int cols) {
        Floats tiles = Floats.allocate(Tiled.tiles(ROWS) * Kernels.TILE_ROWS * cols);
        Rng rng = new Rng(cols);
        for (int i = 0; i < tiles.length(); i++) {
            tiles.set(i, (rng.nextInt(41) - 20) / 8f); // equal magnitudes are common
        }
        return new Tiled(ROWS, cols, tiles);
    }

    private static Compute compute(int threads) {
        return new Compute(Kernels.scalar(), threads == 1 ? Parallel.single() : new Parallel(threads));
    }
}
