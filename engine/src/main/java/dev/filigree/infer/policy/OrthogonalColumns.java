package dev.filigree.infer.policy;

import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.model.Turning;
import dev.filigree.ops.Forward;
import dev.filigree.tensor.Svd;

/**
 * The same model with its residual stream in bases in which WINA's choice is best for two weights of every block (Chen et al. 2025, arXiv:2505.19427): the
 * right singular vectors of the key's weight before attention, and those of the gate's before the feed-forward net, so that {@code W Q} has orthogonal
 * columns. It says the same as before. The price are two matrices {@code [hidden x hidden]} a block, which turn the stream from one basis to the next and
 * are read whole.
 */
public final class OrthogonalColumns {

    private OrthogonalColumns() {
    }

    /** @param model of the Llama family, which stays as it is; a {@code UserError} for others */
    public static Llama of(Compute compute, CausalModel model) {
        int hidden = model.config().hidden();
        Turning turning = new Turning(compute, model, hidden, true);
        for (int point = 0; point < turning.points(); point++) {
            turning.basis(point, point == turning.points() - 1 ? Turning.Basis.identity(hidden) : Turning.Basis.of(Svd.principal(gram(model, point)), hidden));
        }
        return turning.model();
    }

    /** {@code W^T W} of the weight that reads the stream at a point, the gain of the norm before it multiplied in. */
    private static double[][] gram(CausalModel model, int point) {
        boolean attention = point % 2 == 0;
        int block = point / 2;
        Site reader = model.sites(block).stream().filter(s -> s.role() == (attention ? Role.KEY : Role.FFN_GATE)).findFirst().orElseThrow();
        String norm = "model.layers." + block + (attention ? ".input_layernorm.weight" : ".post_attention_layernorm.weight");
        float[] gain = Forward.vector(model.param(norm)).toArray();
        double[][] rows = new double[reader.rows()][reader.cols()];
        model.param(reader).forward().forEach((r, c, slot, v) -> rows[r][c] = (double) v * gain[c]);
        double[][] gram = new double[gain.length][gain.length];
        for (double[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                for (int j = 0; j < row.length; j++) {
                    gram[i][j] += row[i] * row[j];
                }
            }
        }
        return gram;
    }
}
