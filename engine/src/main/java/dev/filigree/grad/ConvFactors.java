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

/** The factors of a convolution: the gradient of some outputs is that of a dense convolution with as many. */
record ConvFactors(ImageForward images, Window window, Value dy, Value x) implements Factors {

    @Override
    public void addStrip(Compute compute, int from, int count, Floats out) {
        Planes all = dy.planes();
        Planes some = all.to(count, all.height(), all.width());
        Floats strip = count == all.channels() ? dy.data() : Floats.allocate(some.length());
        if (count != all.channels()) {
            images.eachPlane(some, (group, c) -> strip.slice(ImageForward.at(some, group, c), some.plane())
                    .copyFrom(dy.data().slice(ImageForward.at(all, group, from + c), all.plane())));
        }
        Taps way = images.taps(window, x.planes(), some);
        int cols = x.features() * window.taps();
        Floats tiles = Floats.allocate(Tiled.tiles(count) * Kernels.TILE_ROWS * cols);
        Conv.gradient(compute, way, strip, x.data(), tiles);
        int tile = Kernels.TILE_ROWS;
        compute.parallel().run(count, r -> {
            for (int c = 0; c < cols; c++) {
                int i = r * cols + c;
                out.set(i, out.get(i) + tiles.get((r / tile * cols + c) * tile + r % tile));
            }
        });
    }
}
