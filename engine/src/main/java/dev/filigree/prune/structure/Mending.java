package dev.filigree.prune.structure;

import dev.filigree.base.Floats;
import dev.filigree.calib.Calibrator;
import dev.filigree.calib.Need;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.Curvature;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.OutputError;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Least squares behind channels that were removed: the weight that read them is fitted anew to what it put out, {@code min |D' x_k - D x|^2 + damp |D' - D_k|^2}, which is
 * {@code D' = D_k + D_r G_rk (G_kk + damp)^-1} with G the Gram matrix of its inputs x in the whole model, k the channels that stay and r the others.
 */
final class Mending {

    /** Share of the mean diagonal of G that holds the weight where it was. */
    private static final double DAMP = 0.003;

    private Mending() {
    }

    /** @param keep channels that stayed in each feed-forward net of {@code left} */
    static void readers(Operation o, List<Coupling> couplings, List<int[]> keep, Network left) {
        CausalModel model = o.model();
        try (Calibrator c = new Calibrator(o.compute(), model, o.text(), false, o.memory())) {
            for (int l = 0; l < couplings.size(); l++) {
                Held reader = couplings.get(l).readers().getFirst().weight();
                Site site = model.sites(l).stream().filter(s -> s.name().equals(reader.name())).findFirst().orElseThrow();
                float[] gram = c.observe(List.of(site), Set.of(Need.GRAM)).of(site, Need.GRAM);
                if (keep.get(l).length < site.cols()) {
                    left.param(reader.name()).set(fitted(o, site.name(), Matrix.of(site.name(), model.param(site).forward()), gram, keep.get(l)));
                }
                c.advance();
            }
        }
    }

    private static Tiled fitted(Operation o, String name, Matrix whole, float[] gram, int[] kept) {
        int n = whole.cols();
        int k = kept.length;
        boolean[] stays = new boolean[n];
        Arrays.stream(kept).forEach(i -> stays[i] = true);
        Matrix removed = whole.copy();
        for (int i = 0; i < removed.values().length; i++) {
            removed.values()[i] = stays[i % n] ? 0f : removed.values()[i];
        }
        Matrix lost = OutputError.times(removed, gram, o.compute()); // D_r G_r
        float[] inner = new float[k * k];
        float[] right = new float[whole.rows() * k];
        for (int i = 0; i < inner.length; i++) {
            inner[i] = gram[kept[i / k] * n + kept[i % k]];
        }
        for (int i = 0; i < right.length; i++) {
            right[i] = lost.values()[i / k * n + kept[i % k]];
        }
        Matrix change = Curvature.of(name, inner, k, DAMP, o.compute().parallel()).solve(new Matrix(whole.rows(), k, right), o.compute());
        Floats mended = Floats.allocate(change.values().length);
        for (int i = 0; i < mended.length(); i++) {
            mended.set(i, whole.values()[i / k * n + kept[i % k]] + change.values()[i]);
        }
        return Tiled.pack(Arena.ofAuto(), Dense.of(whole.rows(), k, mended));
    }
}
