package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Highest;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;

/** One weight of {@link LowRank}: as it was, what is added to it, and the score of its positions. */
final class LowRankWeight {

    private static final int TILE = Kernels.TILE_ROWS;
    /** Rows in a task; each adds to a gradient of its own for what columns share, so that sums do not depend on threads. */
    private static final int ROWS = 8 * TILE;

    private final Site site;
    private final Floats first; // the weight as it was, in tiles
    private final Factors change;
    private final Factors score;
    private final Held ofRow;
    private final Held ofColumn;
    private Tiled scores; // room for them
    private Canonical live; // null while every position lives

    private LowRankWeight(Site site, Floats first, Factors change, Factors score, Floats ofRow, Floats ofColumn) {
        this.site = site;
        this.first = first;
        this.change = change;
        this.score = score;
        this.ofRow = new Held(site.name() + ".row", Dense.of(site.rows(), 1, ofRow));
        this.ofColumn = new Held(site.name() + ".column", Dense.of(site.cols(), 1, ofColumn));
    }

    /** @param present the weight in tiles; a copy is kept */
    static LowRankWeight begin(Site site, Floats present, int rank, Rng rng) {
        return new LowRankWeight(site, Floats.allocate(present.length()).copyFrom(present), Factors.begin(site.name() + ".change", site, rank, rng.split("change")),
                Factors.begin(site.name() + ".score", site, rank, rng.split("score")), Floats.allocate(site.rows()).fill(0f), Floats.allocate(site.cols()).fill(0f));
    }

    List<Held> params() {
        return Stream.of(change.params(), score.params(), List.of(ofRow, ofColumn)).flatMap(List::stream).toList();
    }

    /** The live positions; null while all live. */
    Canonical live() {
        return live;
    }

    long bytes() {
        return first.bytes() + (scores == null ? 0 : scores.bytes()) + params().stream().mapToLong(p -> p.forward().bytes()).sum()
                + (live == null ? 0 : live.slot().bytes() + live.live().column().bytes());
    }

    /**
     * The gradients of what is learned.
     *
     * @param w        the weight W' as it is now
     * @param gradient g of the loss at what products see of it, at every position
     * @param out      overwritten for {@link #params}
     */
    void learn(Compute compute, Tiled w, Floats gradient, Gradients out) {
        Elementwise k = compute.kernels().elementwise();
        int cols = site.cols();
        int shared = (change.rank() + score.rank() + 1) * cols;
        int tasks = Math.ceilDiv(site.rows(), ROWS);
        Floats dLeft = out.of(change.left());
        Floats dScoreLeft = out.of(score.left());
        Floats dRow = out.of(ofRow);
        try (Arena arena = Arena.ofShared()) {
            Floats sums = Floats.allocate(arena, tasks * shared).fill(0f);
            compute.parallel().run(tasks, task -> {
                Floats own = sums.slice(task * shared, shared);
                Floats dRight = own.slice(0, change.rank() * cols);
                Floats dScoreRight = own.slice(change.rank() * cols, score.rank() * cols);
                Floats dColumn = own.slice(shared - cols, cols);
                try (Arena mine = Arena.ofConfined()) {
                    Floats g = Floats.allocate(mine, cols);
                    Floats dS = Floats.allocate(mine, cols);
                    for (int row = task * ROWS; row < Math.min(site.rows(), (task + 1) * ROWS); row++) {
                        double sum = 0;
                        for (int c = 0; c < cols; c++) {
                            float slope = gradient.get(w.slot(row, c));
                            dS.set(c, slope * w.get(row, c));
                            g.set(c, slope * Math.abs(w.get(row, c))); // sign(W') dS
                            sum += dS.get(c);
                        }
                        addLive(row, gradient, w, g);
                        change.learnRow(k, row, g, dLeft, dRight);
                        score.learnRow(k, row, dS, dScoreLeft, dScoreRight);
                        dRow.set(row, (float) sum);
                        k.axpy(1, dS, dColumn, 0, cols);
                    }
                }
            });
            int at = 0;
            for (Held p : List.of(change.right(), score.right(), ofColumn)) {
                Floats total = out.of(p).fill(0f);
                for (int task = 0; task < tasks; task++) {
                    k.axpy(1, sums.slice(task * shared + at, total.length()), total, 0, total.length());
                }
                at += total.length();
            }
        }
    }

    private void addLive(int row, Floats gradient, Tiled w, Floats g) {
        if (live == null) {
            for (int c = 0; c < site.cols(); c++) {
                g.set(c, g.get(c) + gradient.get(w.slot(row, c)));
            }
            return;
        }
        for (int j = live.live().start().get(row); j < live.live().start().get(row + 1); j++) {
            int c = live.live().column().get(j);
            g.set(c, g.get(c) + gradient.get(live.slot().get(j)));
        }
    }

    /** Writes {@code W' = W + U V}. */
    void change(Compute compute, Tiled w) {
        rows(compute, (row, line) -> {
            for (int c = 0; c < site.cols(); c++) {
                line.set(c, first.get(w.slot(row, c)));
            }
            change.addRow(compute.kernels().elementwise(), row, line);
        }, w);
    }

    /**
     * Lets the highest scores be live.
     *
     * @return whether any position changed
     */
    boolean choose(Compute compute, Tiled w, int keep) {
        scores = scores == null ? Tiled.room(site.rows(), site.cols()) : scores;
        rows(compute, (row, line) -> {
            float own = Slots.of(ofRow.forward()).get(row);
            for (int c = 0; c < site.cols(); c++) {
                line.set(c, Math.abs(w.get(row, c)) + own + Slots.of(ofColumn.forward()).get(c));
            }
            score.addRow(compute.kernels().elementwise(), row, line);
        }, scores);
        Topology wanted = Highest.of(compute.parallel(), scores, keep);
        if (live != null && live.live().start().segment().mismatch(wanted.start().segment()) < 0 && live.live().column().segment().mismatch(wanted.column().segment()) < 0) {
            return false;
        }
        live = within(compute.parallel(), wanted, w);
        return true;
    }

    private static Canonical within(Parallel parallel, Topology positions, Tiled w) {
        return Canonical.within(Arena.ofAuto(), parallel, positions, w);
    }

    private interface Line {
        void write(int row, Floats line);
    }

    private void rows(Compute compute, Line line, Tiled out) {
        compute.parallel().run(Math.ceilDiv(site.rows(), ROWS), task -> {
            try (Arena arena = Arena.ofConfined()) {
                Floats one = Floats.allocate(arena, site.cols());
                for (int row = task * ROWS; row < Math.min(site.rows(), (task + 1) * ROWS); row++) {
                    line.write(row, one);
                    for (int c = 0; c < site.cols(); c++) {
                        out.tiles().set(out.slot(row, c), one.get(c));
                    }
                }
            }
        });
    }

    void save(StateWriter out) {
        out.put("first", first);
        params().forEach(p -> out.put(p.name().substring(site.name().length() + 1), Slots.of(p.forward())));
        if (live != null) {
            out.put("start", live.live().start());
            out.put("positions", live.live().column());
        }
    }

    /** What was saved for a site. */
    static LowRankWeight load(StateReader in, Site s, int rank) {
        Floats first = sized(in, "first", (long) Tiled.tiles(s.rows()) * TILE * s.cols());
        LowRankWeight w = new LowRankWeight(s, first, factors(in, "change", s, rank), factors(in, "score", s, rank), sized(in, "row", s.rows()), sized(in, "column", s.cols()));
        if (in.has("start")) {
            w.live = within(Parallel.single(), Topology.of(s.name(), s.rows(), s.cols(), in.ints("start"), in.ints("positions")), new Tiled(s.rows(), s.cols(), first));
        }
        return w;
    }

    private static Factors factors(StateReader in, String name, Site s, int rank) {
        return Factors.of(s.name() + "." + name, sized(in, name + ".left", (long) s.rows() * rank), sized(in, name + ".right", (long) rank * s.cols()), rank, s.cols());
    }

    private static Floats sized(StateReader in, String name, long length) {
        Floats values = in.floats(name);
        if (values.length() != length) {
            throw in.damaged(name, "has " + values.length() + " numbers, expected " + length);
        }
        return values;
    }
}
