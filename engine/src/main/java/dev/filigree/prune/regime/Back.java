package dev.filigree.prune.regime;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Held;
import dev.filigree.ops.WayBack;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Projection;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What products of a projected weight see on the way back, {@code dx = W^T dy}. */
enum Back {
    /** The survivors of the way forward, as sparse rows: along outputs they are not N:M. */
    SURVIVORS,
    /** The largest N of every M outputs, packed; everything where outputs are no multiple of M. */
    OUTPUTS,
    /** Everything. */
    MASTER;

    static Back of(String text) {
        for (Back b : values()) {
            if (b.name().toLowerCase(Locale.ROOT).equals(text)) {
                return b;
            }
        }
        throw new UserError("setting 'back': found '" + text + "', expected survivors, outputs or master");
    }

    /**
     * @param forward   who survives on the way forward
     * @param survivors as products see them there
     */
    WayBack of(Compute compute, Held p, NofM pattern, Projection forward, Csr survivors) {
        if (this == SURVIVORS) {
            return new Kept(() -> forward.turned(compute, survivors), out -> forward.turn(compute, survivors, (Csr) out));
        }
        return this == OUTPUTS && p.backward().rows() % pattern.m() == 0 ? new Packed(compute, p, pattern)
                : new Kept(() -> Tiled.room(p.backward().cols(), p.backward().rows()), out -> master(p).transpose(compute, (Tiled) out));
    }

    private static Tiled master(Held p) {
        return (Tiled) p.backward();
    }

    /** Something that is made when it is first asked for and written anew in every round. */
    private static final class Kept implements WayBack {
        private final Supplier<Weight> make;
        private final Consumer<Weight> write;
        private Weight out;

        Kept(Supplier<Weight> make, Consumer<Weight> write) {
            this.make = make;
            this.write = write;
        }

        @Override
        public Weight refreshed() {
            out = out == null ? make.get() : out;
            write.accept(out);
            return out;
        }

        @Override
        public long bytes() {
            return out == null ? 0 : out.bytes();
        }
    }

    /** Survivors of the transpose, chosen in every round. */
    private static final class Packed implements WayBack {
        private final Compute compute;
        private final Held p;
        private final NofM pattern;
        private Tiled turned;
        private Projection projection;
        private Csr out;

        Packed(Compute compute, Held p, NofM pattern) {
            this.compute = compute;
            this.p = p;
            this.pattern = pattern;
        }

        @Override
        public Weight refreshed() {
            if (out == null) {
                turned = Tiled.room(p.backward().cols(), p.backward().rows());
                projection = new Projection(turned.rows(), turned.cols(), pattern.n(), pattern.m());
                out = projection.room();
            }
            master(p).transpose(compute, turned);
            projection.choose(compute, turned);
            projection.pack(compute, turned, out);
            return out;
        }

        @Override
        public long bytes() {
            return out == null ? 0 : out.bytes() + turned.bytes();
        }
    }
}
