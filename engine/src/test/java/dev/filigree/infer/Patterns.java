package dev.filigree.infer;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.io.EncoderConfig;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;

/** Small encoders whose zeros have a pattern. */
final class Patterns {

    private Patterns() {
    }

    /** A random encoder, its zeros "4x1", "1x8" (half of the blocks) or "2:4", held as {@code layout}. */
    static Bert model(String pattern, Layout layout) {
        EncoderConfig config = Models.config(Pooling.MEAN);
        EncoderConfig even = new EncoderConfig(24, 2, 3, 48, config.vocab(), 70, 2, 1e-12f, Pooling.MEAN, true);
        Bert dense = Models.dense(even, 5);
        return new Bert(even, (name, rows, cols) -> {
            if (!name.startsWith("encoder") || cols == 1) {
                return dense.param(name).forward();
            }
            Topology.Builder b = new Topology.Builder(rows, cols, 16);
            Rng rng = new Rng(6).split(name);
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < cols; c++) {
                    boolean live = switch (pattern) {
                        case "4x1" -> rng.split(r / 4 + "," + c).nextInt(2) == 0;
                        case "1x8" -> rng.split(r + "," + c / 8).nextInt(2) == 0;
                        default -> (c + r) % 4 < 2;
                    };
                    if (live) {
                        b.add(r, c);
                    }
                }
            }
            Topology t = b.build();
            Floats values = Floats.allocate(t.count());
            for (int i = 0; i < values.length(); i++) {
                values.set(i, (float) (0.2 * rng.nextGaussian()));
            }
            return layout.pack(Arena.ofAuto(), t, values);
        });
    }
}
