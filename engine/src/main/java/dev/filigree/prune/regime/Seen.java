package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Loop;
import java.lang.foreign.Arena;

/** What products see of a dense master: some of its positions, packed. */
final class Seen {

    private Seen() {
    }

    /** Shows products the positions {@code live} from now on. */
    static void show(Loop loop, Site s, Canonical live) {
        try (Arena arena = Arena.ofShared()) {
            loop.model().param(s).project(s.layout(Layout.CSR).pack(Arena.ofAuto(), live.live(), values(arena, loop, s, live)), null);
        }
    }

    /** Takes the present values of the master into what products see, whose positions are {@code live} already. */
    static void follow(Loop loop, Site s, Canonical live) {
        Weight seen = loop.model().param(s).forward();
        try (Arena arena = Arena.ofShared()) {
            Ints to = Canonical.slots(arena, loop.compute().parallel(), seen, live.live());
            Floats from = values(arena, loop, s, live);
            Floats values = Slots.of(seen);
            for (int i = 0; i < from.length(); i++) {
                values.set(to.get(i), from.get(i));
            }
        }
    }

    /** Leaves only what products see: the weight is sparse from now on. */
    static void settle(Loop loop, Site s, Canonical live) {
        loop.rewire(s, live.live(), values(Arena.ofAuto(), loop, s, live));
    }

    private static Floats values(Arena arena, Loop loop, Site s, Canonical live) {
        Held p = loop.model().param(s);
        return live.values(arena, loop.compute().parallel(), ((Tiled) p.backward()).tiles());
    }
}
