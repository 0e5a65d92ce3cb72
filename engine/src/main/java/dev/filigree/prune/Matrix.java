package dev.filigree.prune;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.util.Arrays;

/**
 * One weight while it is being pruned: every position, row by row, on the heap where plain loops vectorise.
 *
 * @param values {@code [rows x cols]}
 */
public record Matrix(int rows, int cols, float[] values) {

    public Matrix {
        if (values.length != Math.multiplyExact(rows, cols)) {
            throw new IllegalArgumentException("a " + rows + " x " + cols + " matrix has " + values.length + " values");
        }
    }

    /** All positions of {@code w}, zero where it stores none; throws a {@link UserError} when a value is not finite. */
    public static Matrix of(String name, Weight w) {
        float[] values = new float[Math.multiplyExact(w.rows(), w.cols())];
        w.forEach((r, c, slot, v) -> {
            if (!Float.isFinite(v)) {
                throw new UserError(name + ": found " + v + " at row " + r + ", column " + c + ", expected finite weights; use an intact checkpoint");
            }
            values[r * w.cols() + c] = v;
        });
        return new Matrix(w.rows(), w.cols(), values);
    }

    public Matrix copy() {
        return new Matrix(rows, cols, values.clone());
    }

    /** The live positions. */
    public static Topology topology(int rows, int cols, boolean[] live) {
        int count = 0;
        for (boolean b : live) {
            count += b ? 1 : 0;
        }
        Topology.Builder t = new Topology.Builder(rows, cols, count);
        for (int i = 0; i < live.length; i++) {
            if (live[i]) {
                t.add(i / cols, i % cols);
            }
        }
        return t.build();
    }

    /** The values at {@code live}, in canonical order. */
    public Floats at(Topology live) {
        float[] out = new float[live.count()];
        for (int r = 0; r < rows; r++) {
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                out[j] = values[r * cols + live.column().get(j)];
            }
        }
        return Floats.of(out);
    }

    /** Sets every position that is not live to zero. */
    public Matrix keep(boolean[] live) {
        for (int i = 0; i < live.length; i++) {
            if (!live[i]) {
                values[i] = 0f;
            }
        }
        return this;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Matrix m && m.rows == rows && m.cols == cols && Arrays.equals(m.values, values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "matrix [" + rows + " x " + cols + "]";
    }
}
