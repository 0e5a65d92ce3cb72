package dev.filigree.model;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.ops.Held;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Removes channels: a new, smaller network with the values of the channels that stay. Where what was removed was zero, it
 * computes the same numbers. Dense weights stay dense, sparse ones sparse.
 */
public final class Narrowing {

    private Narrowing() {
    }

    /**
     * The network that is left; {@code from} stays as it is.
     *
     * @param keep channels that stay, ascending, of each of {@link Network#couplings}
     */
    public static Network of(Network from, List<int[]> keep) {
        List<Coupling> couplings = from.couplings();
        Network to = from.narrowed(keep.stream().map(k -> k.length).toList());
        Map<String, int[]> rows = new HashMap<>();
        Map<String, int[]> cols = new HashMap<>();
        for (int i = 0; i < couplings.size(); i++) {
            Coupling c = couplings.get(i);
            int[] kept = checked(c, keep.get(i));
            c.makers().forEach(p -> rows.put(p.name(), kept));
            c.norms().forEach(n -> Stream.of(n.gain(), n.shift(), n.mean(), n.variance()).map(Param::name).forEach(name -> rows.put(name, kept)));
            c.readers().forEach(r -> cols.put(r.weight().name(), widened(kept, r.width())));
        }
        Map<String, Site> sites = new HashMap<>();
        to.sites().forEach(s -> sites.put(s.name(), s));
        for (Held p : to.params()) {
            Weight w = from.param(p.name()).backward();
            p.set(cut(sites.get(p.name()), w, rows.getOrDefault(p.name(), all(w.rows())), cols.getOrDefault(p.name(), all(w.cols()))));
        }
        return to;
    }

    /** The numbers of all channels: what keeps everything. */
    public static int[] all(int channels) {
        return IntStream.range(0, channels).toArray();
    }

    private static int[] checked(Coupling c, int[] kept) {
        if (kept.length < Math.min(c.least(), c.channels()) || kept.length > 0 && (kept[0] < 0 || kept[kept.length - 1] >= c.channels())
                || IntStream.range(1, kept.length).anyMatch(i -> kept[i] <= kept[i - 1])) {
            throw new UserError(c.name() + ": found channels " + Arrays.toString(kept) + " to keep, expected at least " + c.least() + " of 0.." + (c.channels() - 1) + ", ascending");
        }
        return kept;
    }

    private static int[] widened(int[] kept, int width) {
        return Arrays.stream(kept).flatMap(c -> IntStream.range(c * width, (c + 1) * width)).toArray();
    }

    /** @param site of a sparse weight in the smaller network */
    private static Weight cut(Site site, Weight w, int[] rows, int[] cols) {
        return switch (w) {
            case Tiled t -> {
                Tiled small = Tiled.room(rows.length, cols.length);
                small.forEach((r, c, slot, v) -> small.tiles().set(slot, t.get(rows[r], cols[c])));
                yield small;
            }
            case Dense d -> {
                Floats small = Floats.allocate(rows.length * cols.length);
                for (int i = 0; i < small.length(); i++) {
                    small.set(i, d.floats().get(rows[i / cols.length] * d.cols() + cols[i % cols.length]));
                }
                yield Dense.of(rows.length, cols.length, small);
            }
            default -> sparse(site, w, rows, cols);
        };
    }

    private static Weight sparse(Site site, Weight w, int[] rows, int[] cols) {
        int[] place = new int[w.cols()];
        Arrays.fill(place, -1);
        for (int c = 0; c < cols.length; c++) {
            place[cols[c]] = c;
        }
        Topology live = Topology.of(w);
        Floats values = Layout.canonical(w, live);
        Topology.Builder left = new Topology.Builder(rows.length, cols.length, live.count());
        Floats kept = Floats.allocate(live.count());
        int count = 0;
        for (int r = 0; r < rows.length; r++) {
            for (int j = live.start().get(rows[r]); j < live.start().get(rows[r] + 1); j++) {
                if (place[live.column().get(j)] >= 0) {
                    left.add(r, place[live.column().get(j)]);
                    kept.set(count++, values.get(j));
                }
            }
        }
        return site.layout(Layout.CSR).pack(Arena.ofAuto(), left.build(), kept.slice(0, count));
    }
}
