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

/** What products of a projected weight see on the way back, {@code dx = W^T dy}. */
enum Back {
    /** The survivors of the way forward, dense with zeros between them: along outputs they are not N:M. */
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

    /** @param forward who survives on the way forward */
    WayBack of(Compute compute, Held p, NofM pattern, Projection forward) {
        return this == SURVIVORS ? new Tiles(p, out -> forward.transpose(compute, master(p), out))
                : this == MASTER || p.backward().rows() % pattern.m() != 0 ? new Tiles(p, out -> master(p).transpose(compute, out)) : new Packed(compute, p, pattern);
    }

    private static Tiled master(Held p) {
        return (Tiled) p.backward();
    }

    /** A dense transpose. */
    private static final class Tiles implements WayBack {
        private final Held p;
        private final Consumer<Tiled> write;
        private Tiled out;

        Tiles(Held p, Consumer<Tiled> write) {
            this.p = p;
            this.write = write;
        }

        @Override
        public Weight refreshed() {
            if (out == null) {
                out = Tiled.room(p.backward().cols(), p.backward().rows());
            }
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
