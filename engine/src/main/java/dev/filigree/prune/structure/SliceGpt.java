package dev.filigree.prune.structure;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.calib.Calibrator;
import dev.filigree.calib.Evidence;
import dev.filigree.calib.Need;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Activation;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.model.Turning;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Svd;
import java.util.List;
import java.util.Set;

/**
 * SliceGPT (Ashkboos et al. 2024, arXiv:2401.15024): at each point where the residual stream is read, the eigenvectors of {@code sum x x^T} of what is read
 * there, x after its norm, are the basis of the stream; the features of the smallest eigenvalues are deleted from everything that reads and writes them.
 * Points are settled from the first to the last, each on what those before it left.
 *
 * @param round the width left is a multiple of it
 */
public record SliceGpt(int round) implements Structure {

    public static final Entry<Structure> ENTRY = Catalog.entry("slicegpt", "Ashkboos et al. 2024, arXiv:2401.15024",
            "the residual stream in its principal directions, the least of which are deleted", List.of(Option.of("round", 8, "the width left is a multiple of it")),
            s -> new SliceGpt(s.integer("round")));

    public SliceGpt {
        if (round < 1) {
            throw new UserError("slicegpt: found round=" + round + ", expected at least 1");
        }
    }

    @Override
    public Structure control() {
        return new StreamFeatures(StreamFeatures.By.RANDOM, round);
    }

    /** The width that is left of a stream. */
    static int width(Operation o, int round) {
        return width(o.model().config(), o.share(), round);
    }

    static int width(DecoderConfig config, double share, int round) {
        int hidden = config.hidden();
        int width = (int) ((1 - share) * hidden) / round * round;
        if (width < 1) {
            throw new UserError("--sparsity: nothing would be left of " + hidden + " features in multiples of " + round + "; ask for less");
        }
        return width;
    }

    @Override
    public void check(DecoderConfig config, double share) {
        width(config, share, round);
    }

    @Override
    public CausalModel cut(Operation o) {
        int width = width(o, round);
        Turning t = new Turning(o.compute(), o.model(), width, true);
        Turning.Basis whole = Turning.Basis.identity(o.model().config().hidden());
        t.basis(0, whole);
        try (Calibrator c = new Calibrator(o.compute(), t.model(), o.text(), false, o.memory())) {
            for (int block = 0; block <= t.model().blocks(); block++) {
                int point = 2 * block;
                boolean exit = block == t.model().blocks();
                if (!exit) {
                    t.basis(point + 1, whole);
                    t.basis(point + 2, whole);
                }
                Turning.Basis q = principal(c, t.reader(point), width);
                Held change = new Held("change of basis", q.change());
                c.change((ops, x) -> ops.linear(change, null, Activation.NONE, x));
                t.basis(point, q);
                if (!exit) {
                    t.basis(point + 1, whole);
                    t.basis(point + 1, principal(c, t.reader(point + 1), width));
                    t.basis(point + 2, whole);
                    c.advance();
                }
            }
        }
        return t.model();
    }

    /** The directions in which what a weight reads is largest; damping, which the paper adds to the diagonal, would not turn them. */
    private static Turning.Basis principal(Calibrator c, Site reader, int width) {
        Evidence e = c.observe(List.of(reader), Set.of(Need.GRAM));
        float[] gram = e.of(reader, Need.GRAM);
        int n = (int) Math.round(Math.sqrt(gram.length));
        double[][] a = new double[n][n];
        for (int i = 0; i < gram.length; i++) {
            a[i / n][i % n] = gram[i];
        }
        return Turning.Basis.of(Svd.principal(a), width);
    }
}
