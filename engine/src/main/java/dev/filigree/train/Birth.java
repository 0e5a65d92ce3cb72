package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Init;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;

/** Gives a network its first values. A weight that is born sparse gets values at its live positions and nothing else. */
public final class Birth {

    /** Values that come from one stream, so that they are the same on any number of threads. */
    private static final int RANGE = 1 << 16;

    private final Compute compute;
    private final Network network;
    private final Rng rng;

    public Birth(Compute compute, Network network, Rng rng) {
        this.compute = compute;
        this.network = network;
        this.rng = rng;
    }

    /** A weight with every position. */
    public void dense(Site site) {
        int tile = Kernels.TILE_ROWS;
        Floats tiles = Floats.allocate(Arena.ofAuto(), Math.multiplyExact(Tiled.tiles(site.rows()) * tile, site.cols()));
        Floats values = draw(site, Math.multiplyExact(site.rows(), site.cols()));
        compute.parallel().run(site.rows(), r -> {
            for (int c = 0; c < site.cols(); c++) {
                tiles.set((r / tile * site.cols() + c) * tile + r % tile, values.get(r * site.cols() + c));
            }
        });
        network.param(site).set(new Tiled(site.rows(), site.cols(), tiles));
    }

    /** A weight that lives at {@code live} alone. */
    public void sparse(Site site, Topology live, Layout layout) {
        network.param(site).set(layout.pack(Arena.ofAuto(), live, draw(site, live.count())));
    }

    /** So many first values of a weight. */
    public Floats draw(Site site, int count) {
        Floats values = Floats.allocate(count);
        Init init = network.init(site);
        double in = count / (double) site.rows();
        double out = count / (double) site.cols() * site.height() * site.width();
        compute.parallel().run(Math.ceilDiv(count, RANGE), range -> {
            Rng stream = rng.split(site.name() + " " + range);
            for (int i = range * RANGE; i < Math.min(count, (range + 1) * RANGE); i++) {
                values.set(i, init.draw(stream, in, out));
            }
        });
        return values;
    }
}
