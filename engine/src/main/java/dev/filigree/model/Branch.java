package dev.filigree.model;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.util.Arrays;
import java.util.List;

/**
 * A part of what a linear layer {@code [inputs to outputs]} computes before its bias and nonlinearity; the parts of a layer add up.
 * Each part stands for a matrix {@code [outputs x inputs]} that need not exist anywhere.
 */
public sealed interface Branch {

    /**
     * {@code [tokens x inputs]} to {@code [tokens x outputs]}.
     *
     * @param bias of the whole layer, when this part is to add it, or null
     */
    Value of(Ops ops, Param bias, Value x);

    /** What it holds. */
    List<Held> params();

    /** Adds the matrix that it stands for to {@code w}: then the layer is one product again. */
    void addTo(Tiled w);

    /** Numbers that can be trained. */
    default long count() {
        return params().stream().mapToLong(p -> p.backward().nonZeros()).sum();
    }

    /** Bytes that it takes to keep: values and positions, without the rows that fill up tiles of a dense weight. */
    default long bytes() {
        return params().stream().map(Held::backward).mapToLong(w -> w instanceof Tiled ? Float.BYTES * w.positions() : w.bytes()).sum();
    }

    /** {@code W x}; W is sparse or dense. */
    record Product(Held weight) implements Branch {

        @Override
        public Value of(Ops ops, Param bias, Value x) {
            return ops.linear(weight, bias, Activation.NONE, x);
        }

        @Override
        public List<Held> params() {
            return List.of(weight);
        }

        @Override
        public void addTo(Tiled w) {
            weight.forward().forEach((r, c, slot, v) -> add(w, r, c, v));
        }
    }

    /** {@code scale B A x} with A {@code [rank x inputs]} and B {@code [outputs x rank]}. */
    record LowRank(Held a, Held b, float scale) implements Branch {

        @Override
        public Value of(Ops ops, Param bias, Value x) {
            Value low = scaled(ops, scale, ops.linear(a, null, Activation.NONE, x));
            Value y = ops.linear(b, bias, Activation.NONE, low);
            ops.release(low);
            return y;
        }

        @Override
        public List<Held> params() {
            return List.of(a, b);
        }

        @Override
        public void addTo(Tiled w) {
            Tiled left = (Tiled) b.forward();
            a.forward().forEach((k, c, slot, v) -> {
                for (int r = 0; r < w.rows(); r++) {
                    add(w, r, c, scale * left.get(r, k) * v);
                }
            });
        }
    }

    /**
     * {@code scale W x_I}: the inputs {@code I} alone, with a dense W {@code [outputs x |I|]}.
     *
     * @param columns I
     */
    record Columns(Held weight, int[] columns, float scale) implements Branch {

        public Columns {
            Weight w = weight.forward();
            if (w.cols() != columns.length || Arrays.stream(columns).distinct().count() != columns.length) {
                throw new IllegalArgumentException(weight.name() + ": " + columns.length + " inputs, or one twice, for a weight of " + w.cols() + " columns");
            }
        }

        @Override
        public Value of(Ops ops, Param bias, Value x) {
            Value some = scaled(ops, scale, ops.features(x, columns));
            Value y = ops.linear(weight, bias, Activation.NONE, some);
            ops.release(some);
            return y;
        }

        @Override
        public List<Held> params() {
            return List.of(weight);
        }

        @Override
        public long bytes() {
            return Float.BYTES * weight.backward().positions() + (long) Integer.BYTES * columns.length;
        }

        @Override
        public void addTo(Tiled w) {
            weight.forward().forEach((r, c, slot, v) -> add(w, r, columns[c], scale * v));
        }
    }

    private static Value scaled(Ops ops, float factor, Value x) {
        if (factor == 1) {
            return x;
        }
        Value y = ops.scale(factor, x);
        ops.release(x);
        return y;
    }

    private static void add(Tiled w, int row, int col, float v) {
        int slot = w.slot(row, col);
        w.tiles().set(slot, w.tiles().get(slot) + v);
    }
}
