package dev.filigree.prune.structure;

import dev.filigree.base.UserError;
import dev.filigree.calib.Watch;
import dev.filigree.model.CausalModel;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * What one pass over the whole model shows of its blocks.
 *
 * @param angle mean over tokens of {@code arccos(cos(in, out)) / pi}: how far each block turns the residual stream
 * @param norms root mean square of each channel inside of each feed-forward net
 */
record Blocks(double[] angle, List<float[]> norms) {

    static Blocks of(Operation o) {
        CausalModel model = o.model();
        if (model.config().cut().shortcuts()) {
            throw new UserError("--structure: the residual stream of this model has another basis at each point, so that blocks cannot be compared; take channels or layers out first");
        }
        int blocks = model.blocks();
        double[] angle = new double[blocks];
        List<double[]> squares = new ArrayList<>();
        List<String> readers = InnerChannels.couplings(o).stream().map(c -> c.readers().getFirst().weight().name()).toList();
        readers.forEach(r -> squares.add(new double[model.param(r).forward().cols()]));
        long tokens = 0;
        try (Eager eager = new Eager(o.compute())) {
            Watch watch = new Watch(eager, (weight, x) -> {
                int i = readers.indexOf(weight.name());
                for (int f = 0; i >= 0 && f < x.features(); f++) {
                    for (double v : x.feature(f)) {
                        squares.get(i)[f] += v * v;
                    }
                }
            });
            for (Batch batch : o.text()) {
                Value x = model.enter(watch, batch);
                tokens += x.tokens();
                for (int i = 0; i < blocks; i++) {
                    Value y = model.block(watch, i, x, batch);
                    angle[i] += angles(x, y);
                    watch.release(x);
                    x = y;
                }
                watch.release(x);
            }
        }
        for (int i = 0; i < blocks; i++) {
            angle[i] /= tokens;
        }
        long all = tokens;
        return new Blocks(angle, squares.stream().map(s -> norms(s, all)).toList());
    }

    private static float[] norms(double[] squares, long tokens) {
        float[] norm = new float[squares.length];
        for (int i = 0; i < norm.length; i++) {
            norm[i] = (float) Math.sqrt(squares[i] / tokens);
        }
        return norm;
    }

    /** The sum over tokens. */
    private static double angles(Value x, Value y) {
        double sum = 0;
        for (int t = 0; t < x.tokens(); t++) {
            double dot = 0;
            for (int f = 0; f < x.features(); f++) {
                dot += (double) x.get(t, f) * y.get(t, f);
            }
            double cosine = dot / Math.max(Double.MIN_NORMAL, Forward.length(x, t) * Forward.length(y, t));
            sum += Math.acos(Math.clamp(cosine, -1, 1)) / Math.PI;
        }
        return sum;
    }
}
