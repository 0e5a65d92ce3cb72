package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Site;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every so many steps gives each row of a dense master the length that it began with, {@code w_r *= |w_r(0)| / |w_r|}: what
 * survives makes up for what decays. In closed form what Huang et al. 2025 learn as a scale of a row; the order inside of
 * a row, and so who survives, stays.
 */
final class KeptRows implements Hook {

    private static final int TILE = Kernels.TILE_ROWS;

    private final List<Site> sites;
    private final int every;
    private final Map<String, Floats> lengths = new LinkedHashMap<>();

    KeptRows(List<Site> sites, int every) {
        this.sites = sites;
        this.every = every;
    }

    @Override
    public void begin(Loop loop) {
        sites.forEach(s -> lengths.put(s.name(), lengths(loop, (Tiled) loop.model().param(s).backward())));
    }

    @Override
    public void updated(Loop loop, long step) {
        if ((step + 1) % every == 0 && step + 1 < loop.steps()) {
            for (Site s : sites) {
                Tiled master = (Tiled) loop.model().param(s).backward();
                Floats wanted = lengths.get(s.name());
                Floats now = lengths(loop, master);
                loop.compute().parallel().run(Tiled.tiles(s.rows()), tile -> {
                    for (int i = tile * s.cols() * TILE; i < (tile + 1) * s.cols() * TILE; i++) {
                        int row = tile * TILE + i % TILE;
                        if (row < s.rows() && now.get(row) > 0) {
                            master.tiles().set(i, master.tiles().get(i) * (wanted.get(row) / now.get(row)));
                        }
                    }
                });
            }
        }
    }

    private static Floats lengths(Loop loop, Tiled w) {
        Floats out = Floats.allocate(w.rows());
        loop.compute().parallel().run(Tiled.tiles(w.rows()), tile -> {
            for (int row = tile * TILE; row < Math.min(w.rows(), (tile + 1) * TILE); row++) {
                double squares = 0;
                for (int c = 0; c < w.cols(); c++) {
                    double v = w.get(row, c);
                    squares += v * v;
                }
                out.set(row, (float) Math.sqrt(squares));
            }
        });
        return out;
    }

    @Override
    public void save(StateWriter out) {
        lengths.forEach((name, l) -> out.in(name).put("lengths", l));
    }

    @Override
    public void load(StateReader in) {
        lengths.clear();
        for (Site s : sites) {
            StateReader at = in.in(s.name());
            if (at.has("lengths")) {
                Floats stored = at.floats("lengths");
                if (stored.length() != s.rows()) {
                    throw at.damaged("lengths", "has " + stored.length() + " numbers, expected " + s.rows());
                }
                lengths.put(s.name(), stored);
            }
        }
    }
}
