package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Compute;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;

/**
 * The transpose {@code [cols x rows]} of a weight, with which gradients flow back through a product. Its structure is
 * built once; only its values are fetched again when those of the weight have changed. That of N:M, whose survivors move
 * while it is projected, is dense with zeros in it.
 */
final class Transposed {

    private static final int RANGE = 1 << 14;

    private final Weight source;
    private final Weight transpose;
    private final Ints from; // for each unit of the transpose its number in the source; null for a dense weight
    private final int unit; // values that stay together: those of a block or group

    private Transposed(Weight source, Weight transpose, Ints from, int unit) {
        this.source = source;
        this.transpose = transpose;
        this.from = from;
        this.unit = unit;
    }

    static Transposed of(Compute compute, Weight w) {
        return switch (w) {
            case Tiled t -> dense(compute, t);
            case RowGroups g when g.rows() <= Shorts.RANGE -> blocks(g);
            case BlockCsr b when RowGroups.SIZES.contains(b.blockRows()) && b.rows() % b.blockRows() == 0 -> groups(b);
            default -> sparse(w);
        };
    }

    long bytes() {
        return transpose.bytes() + (from == null ? 0 : from.bytes());
    }

    /** Whether this was built from {@code w}, whose positions never change. */
    boolean isOf(Weight w) {
        return source == w;
    }

    /** The transpose with the values that were fetched last. */
    Weight transpose() {
        return transpose;
    }

    /** The transpose with the weight's present values; those of a dense weight are fetched only where it is trained. */
    Weight refreshed(Compute compute, boolean trained) {
        if (source instanceof Tiled t) {
            if (trained) {
                t.transpose(compute, (Tiled) transpose);
            }
        } else {
            Floats values = Slots.of(source);
            Floats out = Slots.of(transpose);
            compute.parallel().run(Math.ceilDiv(from.length(), RANGE), task -> {
                compute.kernels().elementwise().gather(values, from, unit, out, task * RANGE, Math.min(from.length(), (task + 1) * RANGE));
            });
        }
        return transpose;
    }

    private static Transposed sparse(Weight w) {
        int rows = w.cols();
        int chunk = Math.min(Layout.chunkFor(w.nonZeros(), (long) w.rows() * w.cols()), w.rows());
        int count = Math.toIntExact(w.nonZeros());
        int[] start = new int[Math.ceilDiv(w.rows(), chunk) * rows + 1];
        w.forEach((r, c, slot, v) -> start[r / chunk * rows + c + 1]++);
        int[] next = sums(start);
        Shorts column = Shorts.allocate(count);
        Ints from = Ints.allocate(count);
        w.forEach((r, c, slot, v) -> {
            int list = r / chunk * rows + c;
            int j = next[list]++;
            if (j > start[list] && column.get(j - 1) >= r % chunk) {
                throw new IllegalStateException("a " + w.layout() + " weight visits column " + c + " out of order");
            }
            column.set(j, r % chunk);
            from.set(j, slot);
        });
        return new Transposed(w, new Csr(rows, w.rows(), chunk, Ints.of(start), column, Floats.allocate(count)), from, 1);
    }

    /** The transpose of groups of G inputs of one output: blocks of G outputs that share an input. */
    private static Transposed blocks(RowGroups w) {
        int size = w.groupCols();
        int[] start = new int[w.cols() / size + 1];
        for (int list = 0; list < w.start().length() - 1; list++) {
            for (int j = w.start().get(list); j < w.start().get(list + 1); j++) {
                start[(list / w.rows() * w.chunk() + w.column().get(j)) / size + 1]++;
            }
        }
        int[] next = sums(start);
        Shorts column = Shorts.allocate(w.column().length());
        Ints from = Ints.allocate(column.length());
        for (int list = 0; list < w.start().length() - 1; list++) {
            for (int j = w.start().get(list); j < w.start().get(list + 1); j++) {
                int at = next[(list / w.rows() * w.chunk() + w.column().get(j)) / size]++;
                column.set(at, list % w.rows());
                from.set(at, j);
            }
        }
        return new Transposed(w, new BlockCsr(w.cols(), w.rows(), size, Ints.of(start), column, Floats.allocate(w.values().length())), from, size);
    }

    /** The transpose of blocks of R outputs that share an input: groups of R inputs of one output. */
    private static Transposed groups(BlockCsr w) {
        int size = w.blockRows();
        int chunk = Math.min(Layout.chunkFor(w.nonZeros(), w.positions()), w.rows());
        int[] start = new int[Math.ceilDiv(w.rows(), chunk) * w.cols() + 1];
        for (int b = 0; b < w.blockRowCount(); b++) {
            for (int j = w.start().get(b); j < w.start().get(b + 1); j++) {
                start[b * size / chunk * w.cols() + w.column().get(j) + 1]++;
            }
        }
        int[] next = sums(start);
        Shorts column = Shorts.allocate(w.column().length());
        Ints from = Ints.allocate(column.length());
        for (int b = 0; b < w.blockRowCount(); b++) {
            for (int j = w.start().get(b); j < w.start().get(b + 1); j++) {
                int at = next[b * size / chunk * w.cols() + w.column().get(j)]++;
                column.set(at, b * size % chunk);
                from.set(at, j);
            }
        }
        return new Transposed(w, new RowGroups(w.cols(), w.rows(), size, chunk, Ints.of(start), column, Floats.allocate(w.values().length())), from, size);
    }

    /** Counts that lie one place up become offsets; returns a copy. */
    private static int[] sums(int[] counts) {
        for (int i = 1; i < counts.length; i++) {
            counts[i] += counts[i - 1];
        }
        return counts.clone();
    }

    private static Transposed dense(Compute compute, Tiled w) {
        Tiled transpose = Tiled.room(w.cols(), w.rows());
        w.transpose(compute, transpose);
        return new Transposed(w, transpose, null, 1);
    }
}
