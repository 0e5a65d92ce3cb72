package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What products see when, and that they see it. */
class CourseTest {

    private static final NofM ONE_OF_EIGHT = new NofM(1, 8);
    private static final Site WIDE = new Site("wide", 0, Role.HIDDEN, 4, 64);

    private final Compute compute = new Compute(Kernels.best(), Parallel.single());

    @Test
    void weightsFadeBetweenTheDenseShareAndTheSettledOne() {
        Course linear = new MaskDecay(ONE_OF_EIGHT, 0.2, 0.3, false);
        assertEquals(1, linear.at(WIDE, 20, 100).others());
        assertEquals(0.5f, linear.at(WIDE, 45, 100).others()); // half of the way from 20 to 70
        assertEquals(0, linear.at(WIDE, 70, 100).others());
        assertEquals((float) Math.exp(-3.5), new MaskDecay(ONE_OF_EIGHT, 0.2, 0.3, true).at(WIDE, 45, 100).others());
        assertEquals(0, new MaskDecay(ONE_OF_EIGHT, 1, 0, true).at(WIDE, 0, 1).others(), "the last step settles whatever was asked for");
    }

    @Test
    void thePatternTightensInStagesOfEqualLength() {
        Course steps = course("pgf-stages(pattern=1:8,dense=0.1,settle=0.3)");
        assertEquals(true, steps.at(WIDE, 9, 100).isEverything());
        assertEquals(List.of("7:8", "4:8", "2:8", "1:8", "1:8"), names(steps, WIDE, 10, 30, 50, 70, 99));
        Course geometric = course("pgf-stages(pattern=1:4,stages=geometric,dense=0,settle=0.4)");
        assertEquals(List.of("8:32", "4:16", "2:8", "1:4"), names(geometric, WIDE, 0, 20, 40, 60));
        assertEquals(List.of("2:8", "2:8", "2:8", "1:4"), names(geometric, new Site("narrow", 0, Role.HIDDEN, 4, 24), 0, 20, 40, 60), "24 inputs are no groups of 32 or 16");
        assertEquals(List.of("1:2"), names(course("pgf-stages(pattern=1:2,dense=0)"), WIDE, 0), "nothing lies between dense and 1:2");
    }

    @Test
    void whoFadesWeightsOutSaysThatProductsAreDense() {
        assertEquals(Footprint.DENSE_PRODUCTS, Parts.REGIMES.make("pgf").footprint());
        assertEquals(Footprint.DENSE_MASTER, Parts.REGIMES.make("pgf-stages").footprint());
    }

    private static Course course(String method) {
        return ((Projected) Parts.REGIMES.make(method)).course();
    }

    private static List<String> names(Course course, Site site, int... steps) {
        return IntStream.of(steps).mapToObj(s -> course.at(site, s, 100).pattern().name()).toList();
    }

    @Test
    void productsSeeWeakenedWeightsAndThenOnlySurvivors() {
        Held p = held(1, 4, 1, -4, 3, 2);
        Shown shown = new Shown(new Site("w", 0, Role.HIDDEN, 1, 4), new NofM(2, 4));
        shown.projection().choose(compute, (Tiled) p.backward());
        shown.show(compute, p, 0.25f, Back.SURVIVORS);
        assertArrayEquals(new float[] {0.25f, -4, 3, 0.5f}, dense(p.forward()), 1e-6f);
        assertNull(p.wayBack(), "the way back is the transpose of the same");
        shown.show(compute, p, 0, Back.SURVIVORS);
        assertArrayEquals(new float[] {0, -4, 3, 0}, dense(p.forward()));
        assertArrayEquals(new float[] {0, -4, 3, 0}, dense(p.wayBack().refreshed()));
        assertArrayEquals(new float[] {1, -4, 3, 2}, dense(p.backward()), "what is trained stays as it is");
        assertEquals("2:4", shown.packed().layout());
    }

    @Test
    void theWayBackSeesTheLargestOfEachGroupOfOutputs() {
        float[] w = {1, -6, 5, 2, 3, 4, 7, -8}; // four outputs of two inputs
        assertArrayEquals(new float[] {0, 5, 0, 7, -6, 0, 0, -8}, dense(back(held(4, 2, w), Back.OUTPUTS)));
        assertArrayEquals(new float[] {1, 5, 3, 7, -6, 2, 4, -8}, dense(back(held(4, 2, w), Back.MASTER)));
        assertArrayEquals(new float[] {0, 5, 0, 0, -6, 0, 4, -8}, dense(back(held(4, 2, w), Back.SURVIVORS)), "of two inputs one survives");
        assertInstanceOf(Tiled.class, back(held(3, 2, 1, 2, 3, 4, 5, 6), Back.OUTPUTS), "three outputs are no groups of two");
    }

    private Weight back(Held p, Back back) {
        NofM pattern = new NofM(1, 2);
        Shown shown = new Shown(new Site("w", 0, Role.HIDDEN, p.backward().rows(), 2), pattern);
        shown.projection().choose(compute, (Tiled) p.backward());
        shown.show(compute, p, 0, back);
        return p.wayBack().refreshed();
    }

    private static Held held(int rows, int cols, float... w) {
        Tiled t = Tiled.room(rows, cols);
        Floats tiles = t.tiles();
        t.forEach((r, c, slot, v) -> tiles.set(slot, w[r * cols + c]));
        return new Held("w", t);
    }

    private static float[] dense(Weight w) {
        float[] all = new float[w.rows() * w.cols()];
        w.forEach((r, c, slot, v) -> all[r * w.cols() + c] = v);
        return all;
    }
}
