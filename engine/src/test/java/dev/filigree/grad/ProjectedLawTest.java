package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.ops.WayBack;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Highest;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Projection;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A product whose weight is projected: outputs and gradients at the input are those of the survivors, and the gradient at
 * every position of the master is the one it would have if it were there.
 */
class ProjectedLawTest {

    private static final int ROWS = 21;
    private static final int COLS = 24;

    private final Compute compute = new Compute(Kernels.best(), Parallel.single());

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 40, 130})
    void isTheProductOfTheSurvivorsAndTheGradientGoesStraightThrough(int tokens) {
        Held projected = new Held("w", master());
        Survivors survivors = new Survivors(projected);
        Round first = round(projected, tokens, 1);
        Round masked = round(new Held("w", Tiled.pack(Arena.ofAuto(), survivors.packed)), tokens, 1);
        assertSame(masked, first);
        for (int i = 0; i < 7; i++) { // others survive, in the same memory
            Tiled w = (Tiled) projected.backward();
            w.tiles().set(3 * i, 9f);
        }
        survivors.choose();
        assertSame(round(new Held("w", Tiled.pack(Arena.ofAuto(), survivors.packed)), tokens, 2), round(projected, tokens, 2));
    }

    /** Both ways see the same survivors. */
    private final class Survivors implements WayBack {

        private final Held p;
        private final Projection projection = new Projection(ROWS, COLS, 2, 4);
        private final Csr packed = projection.room();
        private Csr turned;

        Survivors(Held p) {
            this.p = p;
            choose();
            p.project(packed, this);
        }

        void choose() {
            projection.choose(compute, (Tiled) p.backward());
            projection.pack(compute, (Tiled) p.backward(), packed);
        }

        @Override
        public Csr refreshed() {
            turned = projection.turned(compute, packed);
            return turned;
        }

        @Override
        public long bytes() {
            return turned.bytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 40, 130})
    void rowsOfEntriesAreSurvivorsToo(int tokens) {
        Tiled master = master();
        Topology live = Highest.of(Parallel.single(), master, 77);
        Weight survivors = Layout.CSR.pack(Arena.ofAuto(), live,
                Canonical.within(Arena.ofAuto(), Parallel.single(), live, master).values(Arena.ofAuto(), Parallel.single(), master.tiles()));
        Held projected = new Held("w", master);
        projected.project(survivors, null);
        assertSame(round(new Held("w", Tiled.pack(Arena.ofAuto(), survivors)), tokens, 1), round(projected, tokens, 1));
    }

    private record Round(Value y, Value dx, Floats dw) {
    }

    private Round round(Held weight, int tokens, int seed) {
        Rng rng = new Rng(seed);
        Tape tape = new Tape(compute, new Gradients(List.of(weight)));
        Value x = value(COLS, tokens, rng);
        Value dy = value(ROWS, tokens, rng);
        for (int twice = 0; twice < 2; twice++) { // what a round left behind is not added to
            tape.reset();
            tape.parameters().clear(compute);
            tape.watch(x);
            Value y = tape.linear(weight, null, Activation.NONE, x);
            tape.seed(y, dy.data());
            tape.backward();
            if (twice == 1) {
                return new Round(y, tape.gradient(x), tape.parameters().of(weight));
            }
        }
        throw new AssertionError();
    }

    private static void assertSame(Round expected, Round actual) {
        for (int t = 0; t < expected.y.tokens(); t++) {
            for (int r = 0; r < ROWS; r++) {
                assertEquals(expected.y.get(t, r), actual.y.get(t, r), 1e-4, "output " + r + " of token " + t);
            }
            for (int c = 0; c < COLS; c++) {
                assertEquals(expected.dx.get(t, c), actual.dx.get(t, c), 1e-4, "gradient at input " + c + " of token " + t);
            }
        }
        for (int i = 0; i < expected.dw.length(); i++) {
            assertEquals(expected.dw.get(i), actual.dw.get(i), 1e-3, "gradient in slot " + i);
        }
    }

    private static Tiled master() {
        Floats tiles = Floats.allocate(Tiled.tiles(ROWS) * Kernels.TILE_ROWS * COLS);
        Rng rng = new Rng(9);
        for (int i = 0; i < tiles.length(); i++) {
            tiles.set(i, (float) rng.nextGaussian());
        }
        return new Tiled(ROWS, COLS, tiles);
    }

    private static Value value(int features, int tokens, Rng rng) {
        int width = Kernels.widthFor(tokens);
        Floats data = Floats.allocate(Value.length(features, tokens, width));
        for (int i = 0; i < data.length(); i++) {
            data.set(i, (float) rng.nextGaussian());
        }
        return new Value(data, features, tokens, width).clearPadding();
    }
}
