package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import dev.filigree.ops.ImageForward;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Conv;
import dev.filigree.tensor.Tiled;

/**
 * The factors of a convolution: the gradient of some outputs is that of a dense convolution with as many, from the inputs of
 * their group alone.
 */
record ConvFactors(ImageForward images, Window window, int groups, Value dy, Value x) implements Factors {

    @Override
    public void addStrip(Compute compute, int from, int count, Floats out) {
        int rows = dy.features() / groups;
        int cols = x.features() / groups * window.taps();
        for (int group = from / rows; group * rows < from + count; group++) {
            int first = Math.max(from, group * rows);
            int n = Math.min(from + count, (group + 1) * rows) - first;
            addRows(compute, some(dy, first, n), some(x, group * (x.features() / groups), x.features() / groups), cols, out.slice((first - from) * cols, n * cols));
        }
    }

    /** A copy of some channels; all of them are no copy. */
    private Value some(Value v, int from, int count) {
        Planes all = v.planes();
        if (count == all.channels()) {
            return v;
        }
        Planes p = all.to(count, all.height(), all.width());
        Value copy = new Value(Floats.allocate(p.length()), p);
        images.eachPlane(p, (group, c) -> copy.data().slice(ImageForward.at(p, group, c), p.plane())
                .copyFrom(v.data().slice(ImageForward.at(all, group, from + c), all.plane())));
        return copy;
    }

    private void addRows(Compute compute, Value d, Value inputs, int cols, Floats out) {
        int count = d.features();
        Taps way = images.taps(window, inputs.planes(), d.planes());
        Floats tiles = Floats.allocate(Tiled.tiles(count) * Kernels.TILE_ROWS * cols);
        Conv.gradient(compute, way, d.data(), inputs.data(), tiles);
        int tile = Kernels.TILE_ROWS;
        compute.parallel().run(count, r -> {
            for (int c = 0; c < cols; c++) {
                int i = r * cols + c;
                out.set(i, out.get(i) + tiles.get((r / tile * cols + c) * tile + r % tile));
            }
        });
    }
}
