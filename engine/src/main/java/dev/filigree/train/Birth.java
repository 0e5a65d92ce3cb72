package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Init;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;

/**
 * Gives a network its first values. A weight that is born sparse gets values at its live positions and nothing else;
 * weights that are never pruned are born at once.
 */
public final class Birth {

    /** Values that come from one stream, so that they are the same on any number of threads. */
    private static final int RANGE = 1 << 16;

    private final Compute compute;
    private final Network network;
    private final Rng rng;

    /** Gives what is never pruned its values at once; weights wait until it is said whether they are sparse. */
    public Birth(Compute compute, Network network, Rng rng) {
        this(compute, rng, network);
        network.whole().forEach(this::whole);
    }

    private Birth(Compute compute, Rng rng, Network network) {
        this.compute = compute;
        this.network = network;
        this.rng = rng;
    }

    /** A weight with every position; one in groups holds them as a sparse one does, for what lies between groups is zero. */
    public void dense(Site site) {
        if (site.groups() > 1) {
            sparse(site, Topology.full(site.rows(), site.cols()), Layout.CSR);
            return;
        }
        network.param(site).set(tiled(site.rows(), site.cols(), draw(site, Math.multiplyExact(site.rows(), site.cols()))));
    }

    private void whole(Network.Whole w) {
        Floats values = draw(Arena.ofAuto(), w.name(), network.init(w), Math.multiplyExact(w.rows(), w.cols()), w.cols(), w.rows());
        network.param(w.name()).set(w.packed() ? tiled(w.rows(), w.cols(), values) : Dense.of(w.rows(), w.cols(), values));
    }

    private Tiled tiled(int rows, int cols, Floats values) {
        int tile = Kernels.TILE_ROWS;
        Floats tiles = Floats.allocate(Arena.ofAuto(), Math.multiplyExact(Tiled.tiles(rows) * tile, cols));
        compute.parallel().run(rows, r -> {
            for (int c = 0; c < cols; c++) {
                tiles.set((r / tile * cols + c) * tile + r % tile, values.get(r * cols + c));
            }
        });
        return new Tiled(rows, cols, tiles);
    }

    /** A weight that lives at {@code live} alone; matrices are held in {@code layout}. */
    public void sparse(Site site, Topology live, Layout layout) {
        try (Arena arena = Arena.ofShared()) {
            network.param(site).set(site.layout(layout).pack(Arena.ofAuto(), live, draw(arena, site, live.count())));
        }
    }

    /** So many first values of a weight of a network that lives already; nothing of it changes. */
    public static Floats values(Compute compute, Network network, Site site, int count, Rng rng) {
        return new Birth(compute, rng, network).draw(site, count);
    }

    /** So many first values of a weight. */
    public Floats draw(Site site, int count) {
        return draw(Arena.ofAuto(), site, count);
    }

    private Floats draw(Arena arena, Site site, int count) {
        return draw(arena, site.name(), network.init(site), count, count / (double) site.rows(), count / (double) site.cols() * site.height() * site.width() / site.groups());
    }

    private Floats draw(Arena arena, String name, Init init, int count, double in, double out) {
        Floats values = Floats.allocate(arena, count);
        compute.parallel().run(Math.ceilDiv(count, RANGE), range -> {
            Rng stream = rng.split(name + " " + range);
            for (int i = range * RANGE; i < Math.min(count, (range + 1) * RANGE); i++) {
                values.set(i, init.draw(stream, in, out));
            }
        });
        return values;
    }
}
