package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
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
        PackedNofM packed = Projection.room(ROWS, cols, n, m);
        new Projection(compute(3), packed).choose(master);
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
        PackedNofM packed = Projection.room(ROWS, 12, 2, 4);
        Projection projection = new Projection(compute(1), packed);
        projection.choose(master);
        byte[] places = packed.place().toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < master.tiles().length(); i++) {
            master.tiles().set(i, 1 - master.tiles().get(i));
        }
        projection.fetch(master);
        assertArrayEquals(places, packed.place().toArray(ValueLayout.JAVA_BYTE));
        packed.forEach((r, c, slot, v) -> assertEquals(master.get(r, c), v));
    }

    @Test
    void onlyWhatDidNotSurviveShrinks() {
        Tiled master = master(12);
        float[] before = master.tiles().segment().toArray(ValueLayout.JAVA_FLOAT);
        PackedNofM packed = Projection.room(ROWS, 12, 1, 3);
        Projection projection = new Projection(compute(2), packed);
        projection.choose(master);
        projection.shrinkOthers(master, 0.5f);
        Topology live = Topology.of(packed);
        master.forEach((r, c, slot, v) -> assertEquals(live.find(r, c) >= 0 ? before[slot] : 0.5f * before[slot], v));
    }

    @Test
    void theTransposeHoldsTheSurvivorsAndZerosWhateverItHeldBefore() {
        Tiled master = master(20);
        PackedNofM packed = Projection.room(ROWS, 20, 2, 5);
        new Projection(compute(1), packed).choose(master);
        Tiled turned = new Tiled(20, ROWS, Floats.allocate(Tiled.tiles(20) * Kernels.TILE_ROWS * ROWS).fill(7f));
        Projection.transpose(compute(2), packed, turned);
        Tiled expected = Tiled.pack(Arena.ofAuto(), packed);
        expected.forEach((r, c, slot, v) -> assertEquals(v, turned.get(c, r)));
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
