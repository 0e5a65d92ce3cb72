package dev.filigree.model;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.io.EncoderConfig;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Small random encoders and inputs for tests. */
public final class Models {

    private Models() {
    }

    /** Two blocks of 24 features, 3 heads, 40 words; sizes that are no multiple of any vector or tile. */
    public static EncoderConfig config(Pooling pooling) {
        return new EncoderConfig(24, 2, 3, 50, 40, 70, 2, 1e-12f, pooling, true);
    }

    /** Random weights, dense and packed in tiles. */
    public static Bert dense(EncoderConfig config, long seed) {
        return new Bert(config, (name, rows, cols) -> {
            Dense w = random(name, rows, cols, seed);
            return name.startsWith("encoder") && cols > 1 ? Tiled.pack(Arena.ofAuto(), w) : w;
        });
    }

    /** The weights of {@link #dense} with every product's weight held sparse: {@code sparsity} of its positions dropped at random. */
    public static Bert sparse(EncoderConfig config, long seed, double sparsity, Layout layout) {
        return new Bert(config, (name, rows, cols) -> {
            Dense w = random(name, rows, cols, seed);
            return name.startsWith("encoder") && cols > 1 ? drop(w, sparsity, new Rng(seed).split("mask " + name), layout) : w;
        });
    }

    /** Random token ids: {@code count} sequences of 1 to {@code longest} tokens. */
    public static List<int[]> sequences(int count, int longest, int vocabulary, long seed) {
        Rng rng = new Rng(seed).split("sequences");
        List<int[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] ids = new int[1 + rng.nextInt(longest)];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = rng.nextInt(vocabulary);
            }
            all.add(ids);
        }
        return all;
    }

    private static Dense random(String name, int rows, int cols, long seed) {
        Rng rng = new Rng(seed).split(name);
        Floats f = Floats.allocate(rows * cols);
        boolean gain = name.endsWith("LayerNorm.weight");
        for (int i = 0; i < f.length(); i++) {
            f.set(i, (float) ((gain ? 1 : 0) + rng.nextGaussian() * (gain ? 0.1 : 0.2)));
        }
        return Dense.of(rows, cols, f);
    }

    private static Weight drop(Dense w, double sparsity, Rng rng, Layout layout) {
        Topology.Builder b = new Topology.Builder(w.rows(), w.cols(), 16);
        for (int r = 0; r < w.rows(); r++) {
            for (int c = 0; c < w.cols(); c++) {
                if (rng.nextDouble() >= sparsity) {
                    b.add(r, c);
                }
            }
        }
        Topology live = b.build();
        Floats values = Floats.allocate(live.count());
        w.forEach((r, c, slot, v) -> {
            int i = live.find(r, c);
            if (i >= 0) {
                values.set(i, v);
            }
        });
        return layout.pack(Arena.ofAuto(), live, values);
    }
}
