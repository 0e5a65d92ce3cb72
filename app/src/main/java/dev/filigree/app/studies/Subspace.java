package dev.filigree.app.studies;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Remap;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Optimizer;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.List;

/**
 * Trains {@code d} numbers t in place of all D parameters: {@code theta = theta0 + P t}, where P is random and fixed (Li et al. 2018,
 * arXiv:1804.08838). Each of its columns has {@code sqrt(D)} entries of {@code +- D^-1/4} (Li, Hastie and Church 2006, KDD). P is
 * never stored: a column is drawn anew from its seed each time. The numbers follow Adam.
 */
final class Subspace implements Optimizer {

    private static final double B1 = 0.9;
    private static final double B2 = 0.999;
    private static final double EPS = 1e-8;
    private static final int CHUNK = 16; // columns a task

    private final int d;
    private final long seed;
    private final double[] first;
    private final double[] second;
    private long updates;

    Subspace(int d, long seed) {
        this.d = d;
        this.seed = seed;
        this.first = new double[d];
        this.second = new double[d];
    }

    @Override
    public void update(Compute compute, Gradients gradients, float scale, float rate) {
        List<? extends Param> params = List.copyOf(gradients.params());
        Places places = new Places(params.stream().map(Param::backward).toList());
        List<Floats> g = params.stream().map(gradients::of).toList();
        updates++;
        double[] step = new double[d];
        compute.parallel().run(Math.ceilDiv(d, CHUNK), task -> {
            for (int j = task * CHUNK; j < Math.min(d, (task + 1) * CHUNK); j++) {
                double[] sum = new double[1];
                places.column(seed, j, (param, slot, v) -> sum[0] += v * g.get(param).get(slot));
                double slope = scale * sum[0];
                first[j] = B1 * first[j] + (1 - B1) * slope;
                second[j] = B2 * second[j] + (1 - B2) * slope * slope;
                step[j] = -rate * first[j] / (1 - Math.pow(B1, updates)) / (Math.sqrt(second[j] / (1 - Math.pow(B2, updates))) + EPS);
            }
        });
        for (int j = 0; j < d; j++) { // one after another, for columns meet in their places
            double by = step[j];
            places.column(seed, j, (param, slot, v) -> {
                Floats values = places.values.get(param);
                values.set(slot, (float) (values.get(slot) + by * v));
            });
        }
    }

    /** Takes an entry of a column. */
    @FunctionalInterface
    interface Entry {
        void at(int param, int slot, double value);
    }

    /** Where the parameters lie, one after another, without the spare room of layouts. */
    static final class Places {

        private final List<Weight> weights;
        private final List<Floats> values;
        private final long[] end;
        private final int entries;
        private final double value;

        Places(List<Weight> weights) {
            this.weights = weights;
            this.values = weights.stream().map(Slots::of).toList();
            this.end = new long[weights.size()];
            long all = 0;
            for (int i = 0; i < end.length; i++) {
                all += weights.get(i).positions();
                end[i] = all;
            }
            this.entries = (int) Math.round(Math.sqrt(all));
            this.value = 1 / Math.sqrt(entries);
        }

        /** The entries of a column, the same each time. */
        void column(long seed, int j, Entry entry) {
            Rng rng = new Rng(seed + 31L * j);
            for (int i = 0; i < entries; i++) {
                long bits = rng.nextLong();
                long at = Math.unsignedMultiplyHigh(bits, end[end.length - 1]);
                int param = 0;
                while (at >= end[param]) {
                    param++;
                }
                long position = param == 0 ? at : at - end[param - 1];
                entry.at(param, slot(weights.get(param), position), (bits & 1) == 0 ? value : -value);
            }
        }

        private static int slot(Weight w, long position) {
            return w instanceof Tiled t ? t.slot((int) (position / w.cols()), (int) (position % w.cols())) : (int) position;
        }
    }

    @Override
    public void reset() {
        throw new UnsupportedOperationException("the numbers of a subspace stand for one run");
    }

    @Override
    public long bytes() {
        return 2L * Double.BYTES * d;
    }

    @Override
    public void remap(Param p, Remap remap) {
        throw new UnsupportedOperationException("a subspace is one of all positions");
    }

    @Override
    public void save(StateWriter out) {
        throw new UnsupportedOperationException("studies do not resume runs");
    }

    @Override
    public void load(StateReader in) {
        throw new UnsupportedOperationException("studies do not resume runs");
    }
}
