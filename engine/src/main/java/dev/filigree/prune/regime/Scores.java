package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Site;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Highest;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * A score for every position of one weight, and the positions that are live by it.
 *
 * <p>Products see {@code m w}, where m is 1 at the highest scores. The gradient g of the loss at {@code m w} goes straight
 * through the choice, {@code dL/ds = dL/dm = g w}, so that positions that are not live learn too.
 */
final class Scores {

    private static final int RANGE = 1 << 15;

    private final Tiled score;
    private final Floats running; // sum of past gradients of the scores
    private Canonical live; // null while every position lives

    /** @param live null for all */
    Scores(Tiled score, Floats running, Topology live) {
        this.score = score;
        this.running = running;
        this.live = live == null ? null : within(Parallel.single(), live);
    }

    Tiled score() {
        return score;
    }

    Floats running() {
        return running;
    }

    /** The live positions and where a dense weight, its gradient and the scores have them; null while all live. */
    Canonical live() {
        return live;
    }

    long bytes() {
        return score.bytes() + running.bytes() + (live == null ? 0 : live.slot().bytes() + live.live().column().bytes());
    }

    /** {@code running = momentum running + g w; s -= rate running}, at every position. */
    void learn(Compute compute, Floats weight, Floats gradient, float rate, float momentum) {
        int length = running.length();
        compute.parallel().run(Math.ceilDiv(length, RANGE), task -> {
            int from = task * RANGE;
            int count = Math.min(length, from + RANGE) - from;
            try (Arena arena = Arena.ofConfined()) {
                Floats product = Floats.allocate(arena, count);
                compute.kernels().elementwise().multiply(weight.slice(from, count), gradient.slice(from, count), product, 0, count);
                compute.kernels().updates().momentum(score.tiles().slice(from, count), product, running.slice(from, count), 0, count, 1, rate, momentum, 0);
            }
        });
    }

    /**
     * What the weights' answer to a change of positions adds to {@link #learn} (Zhang et al. 2022, eq. 8): retrained with
     * the pull {@code gamma/2 |w|^2} they move by {@code dw/dm = -g / gamma}, so {@code dL/dm} has the further term
     * {@code -(1/gamma) g (m g)}, which is zero where nothing lives.
     */
    void learnAnswer(Floats gradient, float rate, float perGamma) {
        Ints slot = live.slot();
        for (int i = 0; i < slot.length(); i++) {
            int at = slot.get(i);
            float d = -perGamma * gradient.get(at) * gradient.get(at);
            running.set(at, running.get(at) + d);
            score.tiles().set(at, score.tiles().get(at) - rate * d);
        }
    }

    /** Sets the gradient of what products do not see to zero: {@code dL/dw = m g}. */
    void mask(Parallel parallel, Floats gradient) {
        try (Arena arena = Arena.ofShared()) {
            Floats kept = live.values(arena, parallel, gradient);
            gradient.fill(0f);
            for (int i = 0; i < kept.length(); i++) {
                gradient.set(live.slot().get(i), kept.get(i));
            }
        }
    }

    /**
     * Lets the highest scores be live.
     *
     * @param keep  how many
     * @param share of the swaps that this takes, those with the widest gap between scores first; at least one is made, and
     *              where the number of live positions changes all are
     * @return whether any position changed
     */
    boolean choose(Parallel parallel, int keep, double share) {
        Topology wanted = Highest.of(parallel, score, keep);
        if (live == null || live.live().count() != keep) {
            live = within(parallel, wanted);
            return true;
        }
        Topology now = live.live();
        if (now.start().segment().mismatch(wanted.start().segment()) < 0 && now.column().segment().mismatch(wanted.column().segment()) < 0) {
            return false;
        }
        live = within(parallel, share >= 1 ? wanted : some(now, wanted, share));
        return true;
    }

    /** {@code now} with the share of the changes towards {@code wanted} whose scores are furthest apart. */
    private Topology some(Topology now, Topology wanted, double share) {
        long[] dies = only(now, wanted);
        long[] born = only(wanted, now);
        int count = (int) Math.ceil(share * born.length);
        long[] lowest = lowest(dies, count, 1);
        int[] indices = Arrays.stream(lowest).mapToInt(p -> now.find((int) (p / now.cols()), (int) (p % now.cols()))).toArray();
        return Rewiring.of(now, indices, lowest(born, count, -1)).after();
    }

    /** Positions {@code row * cols + col} of a that are not in b, ascending. */
    private static long[] only(Topology a, Topology b) {
        long[] found = new long[a.count()];
        int count = 0;
        for (int r = 0; r < a.rows(); r++) {
            int k = b.start().get(r);
            for (int j = a.start().get(r); j < a.start().get(r + 1); j++) {
                int c = a.column().get(j);
                while (k < b.start().get(r + 1) && b.column().get(k) < c) {
                    k++;
                }
                if (k == b.start().get(r + 1) || b.column().get(k) != c) {
                    found[count++] = (long) r * a.cols() + c;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Those of the lowest {@code sign * score}, ascending; of equal ones the first. */
    private long[] lowest(long[] positions, int count, int sign) {
        int cols = score.cols();
        long[] keys = new long[positions.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) Highest.order(sign * score.get((int) (positions[i] / cols), (int) (positions[i] % cols))) << Integer.SIZE | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys, 0, count).map(key -> positions[(int) key]).sorted().toArray();
    }

    void save(StateWriter out) {
        out.put("score", score.tiles());
        out.put("running", running);
        if (live != null) {
            out.put("start", live.live().start());
            out.put("column", live.live().column());
        }
    }

    /** What was saved for a site. */
    static Scores load(StateReader in, Site s) {
        Topology live = in.has("start") ? Topology.of(s.name(), s.rows(), s.cols(), in.ints("start"), in.ints("column")) : null;
        return new Scores(new Tiled(s.rows(), s.cols(), sized(in, "score", s)), sized(in, "running", s), live);
    }

    private static Floats sized(StateReader in, String name, Site s) {
        Floats values = in.floats(name);
        long expected = (long) Tiled.tiles(s.rows()) * Kernels.TILE_ROWS * s.cols();
        if (values.length() != expected) {
            throw in.damaged(name, "has " + values.length() + " numbers, expected " + expected);
        }
        return values;
    }

    private Canonical within(Parallel parallel, Topology positions) {
        return Canonical.within(Arena.ofAuto(), parallel, positions, score);
    }
}
