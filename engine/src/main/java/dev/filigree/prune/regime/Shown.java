package dev.filigree.prune.regime;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.PackedNofM;
import dev.filigree.tensor.Projection;
import dev.filigree.tensor.Tiled;

/** What products see of one dense master while one pattern is in force. */
final class Shown {

    private final NofM pattern;
    private final Projection projection;
    private Csr survivors;
    private Tiled blended; // everything, what did not survive weakened

    Shown(Site site, NofM pattern) {
        this.pattern = pattern;
        this.projection = new Projection(site.rows(), site.cols(), pattern.n(), pattern.m());
    }

    NofM pattern() {
        return pattern;
    }

    Projection projection() {
        return projection;
    }

    /** What was shown last, as it is to be kept. */
    PackedNofM packed() {
        return projection.packed(survivors);
    }

    /** Shows {@code w (s + others (1 - s))}, s being 1 for survivors and 0 elsewhere. */
    void show(Compute compute, Held p, float others, Back back) {
        Tiled master = (Tiled) p.backward();
        if (others > 0) {
            if (p.forward() != blended) {
                blended = Tiled.room(master.rows(), master.cols());
                p.project(blended, null);
            }
            blended.tiles().copyFrom(master.tiles());
            projection.addOthers(compute, master, others - 1, blended.tiles());
        } else {
            if (survivors == null) {
                survivors = projection.room();
            }
            projection.pack(compute, master, survivors);
            if (p.forward() != survivors) {
                blended = null;
                p.project(survivors, back.of(compute, p, pattern, projection, survivors));
            }
        }
    }
}
