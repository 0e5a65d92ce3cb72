package dev.filigree.model;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.List;

/**
 * A language model with its residual stream in other bases. Gains of norms are folded into what reads them, so that the norms commute with rotations
 * (Ashkboos et al. 2024, arXiv:2401.15024): at a point with basis Q {@code [hidden x width]} readers become {@code W Q}, writers {@code Q^T W}, and a
 * shortcut {@code Q_next^T Q} takes the stream to the next point. With square orthogonal bases the model says the same; with fewer columns it is smaller.
 *
 * <p>Points are settled one after another, each after those before it; until then a point has no values.
 */
public final class Turning {

    private final Llama from;
    private final Llama to;
    private final DecoderConfig config;
    private final Basis[] bases;
    private final Compute compute;

    /**
     * Columns of equal length, orthonormal.
     *
     * @param q {@code [hidden] [width]}
     */
    public record Basis(double[][] q) {

        public int hidden() {
            return q.length;
        }

        public int width() {
            return q[0].length;
        }

        /** The stream as it is. */
        public static Basis identity(int hidden) {
            double[][] q = new double[hidden][hidden];
            for (int i = 0; i < hidden; i++) {
                q[i][i] = 1;
            }
            return new Basis(q);
        }

        /** Some features of the stream, and nothing of the others. */
        public static Basis of(int hidden, int[] features) {
            double[][] q = new double[hidden][features.length];
            for (int i = 0; i < features.length; i++) {
                q[features[i]][i] = 1;
            }
            return new Basis(q);
        }

        /** The first vectors of a list, each a column. */
        public static Basis of(double[][] vectors, int width) {
            double[][] q = new double[vectors[0].length][width];
            for (int i = 0; i < q.length; i++) {
                for (int j = 0; j < width; j++) {
                    q[i][j] = vectors[j][i];
                }
            }
            return new Basis(q);
        }

        /** What takes a stream as it is into this basis: {@code [width x hidden]}. */
        public Weight change() {
            return pack(width(), hidden(), (i, j) -> q[j][i]);
        }
    }

    /**
     * @param model     which stays as it is; nothing may have been taken out of its stream
     * @param width     features that the stream is to have
     * @param shortcuts whether bases differ from point to point
     */
    public Turning(Compute compute, CausalModel model, int width, boolean shortcuts) {
        if (!(network(model) instanceof Llama llama) || !llama.config().cut().widths().isEmpty()) {
            throw new UserError("model: its residual stream cannot be turned; expected one of the Llama family whose stream is whole");
        }
        this.from = llama;
        this.compute = compute;
        this.config = llama.config().untied().with(new DecoderConfig.Cut(llama.config().cut().inners(), Collections.nCopies(llama.config().points(), width), shortcuts));
        this.to = new Llama(config);
        this.bases = new Basis[config.points()];
    }

    private static CausalModel network(CausalModel model) {
        return model instanceof DecoderBody b ? (CausalModel) b.network() : model;
    }

    /** The model that is made. */
    public Llama model() {
        return to;
    }

    public int points() {
        return config.points();
    }

    /** A weight that reads the stream at a point. */
    public Site reader(int point) {
        Role role = point == points() - 1 ? Role.OUTPUT : point % 2 == 0 ? Role.QUERY : Role.FFN_GATE;
        return to.sites().stream().filter(s -> s.block() == point / 2 && s.role() == role).findFirst().orElseThrow();
    }

    /** Settles a point; the one before it must be settled. A wider basis than the model is to have is for calibration only. */
    public void basis(int point, Basis q) {
        bases[point] = q;
        int layer = point / 2;
        String name = "model.layers." + layer + ".";
        boolean last = point == points() - 1;
        String norm = last ? "model.norm.weight" : name + (point % 2 == 0 ? "input_layernorm.weight" : "post_attention_layernorm.weight");
        float[] gain = values(from.param(norm).forward());
        if (last) {
            to.head().set(reading(from.head(), gain, q));
        } else {
            for (String reader : point % 2 == 0 ? List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj") : List.of("mlp.gate_proj", "mlp.up_proj")) {
                to.param(name + reader + ".weight").set(reading(from.param(name + reader + ".weight"), gain, q));
            }
        }
        to.param(norm).set(Dense.of(q.width(), 1, Floats.allocate(q.width()).fill((float) Math.sqrt(q.hidden() / (double) q.width()))));
        if (point == 0) {
            Weight words = reading(from.words(), null, q);
            to.words().set(dense(words));
            return;
        }
        String before = "model.layers." + (point - 1) / 2 + ".";
        boolean attention = point % 2 == 1;
        String writer = before + (attention ? "self_attn.o_proj.weight" : "mlp.down_proj.weight");
        to.param(writer).set(writing(from.param(writer), q));
        if (config.cut().shortcuts()) {
            double[][] p = bases[point - 1].q();
            to.param(before + (attention ? "attn_shortcut.weight" : "mlp_shortcut.weight")).set(pack(q.width(), p[0].length, (i, j) -> {
                double sum = 0;
                for (int k = 0; k < p.length; k++) {
                    sum += q.q()[k][i] * p[k][j];
                }
                return sum;
            }));
        }
    }

    /** {@code W diag(gain) Q}. */
    private Weight reading(Held weight, float[] gain, Basis q) {
        Weight w = weight.forward();
        float[] values = values(w);
        int n = w.cols();
        float[] out = new float[w.rows() * q.width()];
        compute.parallel().run(w.rows(), r -> {
            double[] row = new double[q.width()];
            for (int c = 0; c < n; c++) {
                double v = values[r * n + c] * (gain == null ? 1.0 : gain[c]);
                for (int j = 0; j < row.length; j++) {
                    row[j] += v * q.q()[c][j];
                }
            }
            for (int j = 0; j < row.length; j++) {
                out[r * row.length + j] = (float) row[j];
            }
        });
        return pack(w.rows(), q.width(), (i, j) -> out[i * q.width() + j]);
    }

    /** {@code Q^T W}. */
    private Weight writing(Held weight, Basis q) {
        Weight w = weight.forward();
        float[] values = values(w);
        int n = w.cols();
        float[] out = new float[q.width() * n];
        compute.parallel().run(q.width(), i -> {
            double[] row = new double[n];
            for (int k = 0; k < q.hidden(); k++) {
                for (int c = 0; c < n; c++) {
                    row[c] += q.q()[k][i] * values[k * n + c];
                }
            }
            for (int c = 0; c < n; c++) {
                out[i * n + c] = (float) row[c];
            }
        });
        return pack(q.width(), n, (i, j) -> out[i * n + j]);
    }

    private static float[] values(Weight w) {
        float[] values = new float[Math.multiplyExact(w.rows(), w.cols())];
        w.forEach((r, c, slot, v) -> values[r * w.cols() + c] = v);
        return values;
    }

    private static Dense dense(Weight w) {
        return Dense.of(w.rows(), w.cols(), Floats.of(values(w)));
    }

    private interface Entries {
        double at(int row, int col);
    }

    private static Weight pack(int rows, int cols, Entries entries) {
        Floats f = Floats.allocate(rows * cols);
        for (int i = 0; i < f.length(); i++) {
            f.set(i, (float) entries.at(i / cols, i % cols));
        }
        return Tiled.pack(Arena.ofAuto(), Dense.of(rows, cols, f));
    }
}
