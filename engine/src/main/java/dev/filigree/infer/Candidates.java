package dev.filigree.infer;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The layouts that one weight can run in. A new layout is planned for once it is in {@link #FAMILIES}. */
final class Candidates {

    static final String DENSE = "dense";

    /**
     * Layouts whose names are made alike.
     *
     * @param name   what all names match
     * @param layout the layout of a name
     * @param fits   names of those worth trying for positions that are not all live
     */
    private record Family(Pattern name, Function<MatchResult, Layout> layout, Function<Topology, Stream<String>> fits) {

        static Family of(String name, Layout layout) {
            return new Family(Pattern.compile(name), m -> layout, t -> Stream.of(name));
        }
    }

    private static final List<Integer> HEIGHTS = List.of(16, 8, 4, 2);
    private static final List<List<Integer>> N_OF_M = List.of(List.of(2, 4), List.of(1, 4), List.of(4, 8), List.of(2, 8));

    private static final List<Family> FAMILIES = List.of(
            Family.of(DENSE, Layout.TILED),
            Family.of("csr", Layout.CSR),
            Family.of("bitmap", Layout.BITMAP),
            Family.of("sliced", Layout.SLICED),
            new Family(Pattern.compile("([1-9]\\d?)x1"), m -> Layout.blocks(number(m, 1)),
                    t -> HEIGHTS.stream().filter(t::isBlocks).limit(1).map(h -> h + "x1")),
            new Family(Pattern.compile("1x(4|8|16)"), m -> Layout.groups(number(m, 1)),
                    t -> RowGroups.SIZES.stream().filter(t::isGroups).limit(1).map(g -> "1x" + g)),
            new Family(Pattern.compile("([1-9]\\d?):([1-9]\\d?)"), m -> Layout.nOfM(number(m, 1), number(m, 2)),
                    t -> N_OF_M.stream().filter(p -> t.isNofM(p.get(0), p.get(1))).limit(1).map(p -> p.get(0) + ":" + p.get(1))));

    private final Weight weight;
    private final Topology live;
    private final List<String> names;

    private Candidates(Weight weight) {
        this.weight = weight;
        this.live = live(weight);
        Stream<String> own = Stream.of(weight.layout());
        Stream<String> others = live.count() == weight.positions() ? Stream.empty() : FAMILIES.stream().flatMap(f -> f.fits().apply(live));
        this.names = Stream.concat(own, others).distinct().toList();
    }

    static Candidates of(Weight weight) {
        return new Candidates(weight);
    }

    static boolean known(String layout) {
        return layout(layout).isPresent();
    }

    /** Positions that a product needs: where every position is stored, those that are not zero. */
    static long needed(Weight w) {
        if (!stored(w)) {
            return w.nonZeros();
        }
        long[] count = {0};
        w.forEach((r, c, slot, v) -> count[0] += v != 0 ? 1 : 0);
        return count[0];
    }

    /** Layouts to compare, the one it has first. */
    List<String> names() {
        return names;
    }

    /** The weight in the layout of that name; a UserError when there is none or it cannot hold the positions. */
    Weight pack(Arena arena, String layout) {
        return pack(arena, layout, 1).getFirst();
    }

    /** The same, {@code copies} times. */
    List<Weight> pack(Arena arena, String layout, int copies) {
        Layout l = layout(layout).orElseThrow(() -> new UserError("unknown layout '" + layout + "', expected dense, csr, bitmap, sliced, Rx1, 1x4, 1x8, 1x16 or N:M"));
        Floats values = Floats.allocate(live.count());
        weight.forEach((r, c, slot, v) -> {
            int i = live.find(r, c);
            if (i >= 0) {
                values.set(i, v);
            }
        });
        return IntStream.range(0, copies).mapToObj(i -> l.pack(arena, live, values)).toList();
    }

    private static Optional<Layout> layout(String name) {
        return FAMILIES.stream().flatMap(f -> Stream.of(f.name().matcher(name)).filter(m -> m.matches()).map(m -> f.layout().apply(m))).findFirst();
    }

    private static int number(MatchResult m, int group) {
        return Integer.parseInt(m.group(group));
    }

    private static boolean stored(Weight w) {
        return w instanceof Tiled || w instanceof Dense;
    }

    private static Topology live(Weight w) {
        if (!stored(w)) {
            return Topology.of(w);
        }
        Topology.Builder b = new Topology.Builder(w.rows(), w.cols(), Math.toIntExact(w.positions()));
        w.forEach((r, c, slot, v) -> {
            if (v != 0) {
                b.add(r, c);
            }
        });
        return b.build();
    }
}
