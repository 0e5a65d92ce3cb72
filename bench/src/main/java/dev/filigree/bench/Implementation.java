package dev.filigree.bench;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;

/** The two twins of every benchmark, on one thread, and the operands that they share. */
public enum Implementation {

    VECTOR, SCALAR;

    Compute compute() {
        return new Compute(this == VECTOR ? Kernels.best() : Kernels.scalar(), Parallel.single());
    }

    /** A random weight of which one in {@code every} blocks of {@code height} rows and {@code width} columns lives. */
    static Weight weight(int rows, int cols, int height, int width, int every, Layout layout) {
        Topology.Builder live = new Topology.Builder(rows, cols, rows * cols / every);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if ((r / height + c / width) % every == 0) {
                    live.add(r, c);
                }
            }
        }
        Topology t = live.build();
        return layout.pack(Arena.ofAuto(), t, random(t.count()));
    }

    static Floats random(int count) {
        Rng rng = new Rng(count);
        Floats f = Floats.allocate(count);
        for (int i = 0; i < count; i++) {
            f.set(i, rng.nextFloat() - 0.5f);
        }
        return f;
    }
}
