package dev.filigree.app.studies;

import dev.filigree.base.Floats;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Coded;
import dev.filigree.model.Llama;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;

/**
 * A language model that computes the same with other numbers: gains of norms are multiplied into the weights behind them, and columns of the
 * feed-forward net's last weight have length 1, for their lengths are multiplied into the rows of the weight beside the gate.
 */
final class Balanced {

    private static final int TILE = 128;

    private Balanced() {
    }

    static Llama of(Llama from) {
        DecoderConfig config = from.config();
        Llama to = new Llama(config);
        for (Held p : from.params()) {
            to.param(p.name()).set(p.forward());
        }
        for (int i = 0; i < from.blocks(); i++) {
            float[] first = gains(to, "model.layers." + i + ".input_layernorm.weight");
            float[] second = gains(to, "model.layers." + i + ".post_attention_layernorm.weight");
            float[] norms = new float[config.inner()];
            for (Site s : to.sites(i)) {
                switch (s.role()) {
                    case QUERY, KEY, VALUE -> scale(to.param(s), null, first);
                    case FFN_GATE, FFN_IN -> scale(to.param(s), null, second);
                    case FFN_OUT -> to.param(s).forward().forEach((r, c, slot, v) -> norms[c] += v * v);
                    default -> { }
                }
            }
            for (int j = 0; j < norms.length; j++) {
                norms[j] = norms[j] == 0 ? 1 : (float) Math.sqrt(norms[j]);
            }
            for (Site s : to.sites(i)) {
                if (s.role() == Role.FFN_IN) {
                    scale(to.param(s), norms, null);
                } else if (s.role() == Role.FFN_OUT) {
                    float[] inverse = new float[norms.length];
                    for (int j = 0; j < norms.length; j++) {
                        inverse[j] = 1 / norms[j];
                    }
                    scale(to.param(s), null, inverse);
                }
            }
        }
        return to;
    }

    /** The gains of a norm, which become 1. */
    private static float[] gains(Llama model, String name) {
        float[] gains = Forward.vector(model.param(name)).toArray();
        model.param(name).set(Dense.of(gains.length, 1, Floats.allocate(gains.length).fill(1f)));
        return gains;
    }

    /** Multiplies rows and columns of a weight, each null for 1. */
    private static void scale(Held p, float[] rows, float[] cols) {
        Weight w = p.forward();
        Floats values = Floats.allocate(w.rows() * w.cols());
        w.forEach((r, c, slot, v) -> values.set(r * w.cols() + c, v * (rows == null ? 1 : rows[r]) * (cols == null ? 1 : cols[c])));
        p.set(Columns.pack(Arena.ofAuto(), Dense.of(w.rows(), w.cols(), values), Coded.Type.F32, w.cols(), TILE));
    }
}
