package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.kernel.FewTokens;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.MatrixVector;
import dev.filigree.kernel.Products;

/** {@code y = f(w x + bias) + residual} for every layout of w: the only switch over layouts. */
public final class Matmul {

    /** Tasks that a product is cut into at least, so that a single panel still feeds several threads. */
    private static final int MIN_TASKS = 16;

    private Matmul() {
    }

    /**
     * @param bias   {@code rows} values, or null for none
     * @param x      panels {@code [panels] [cols] [width]}
     * @param y      panels {@code [panels] [rows] [width]}, overwritten
     * @param panels {@code ceil(tokens / width)}
     */
    public static void apply(Compute compute, Weight w, Floats bias, Activation activation, Floats x, Floats y, int panels, int width) {
        apply(compute, w, bias, activation, null, x, y, panels, width);
    }

    /**
     * The same and a residual. What follows the product is done to each range of rows while it is still near.
     *
     * @param residual as {@code y}, or null for none
     */
    public static void apply(Compute compute, Weight w, Floats bias, Activation activation, Floats residual, Floats x, Floats y, int panels, int width) {
        int rows = w.rows();
        if (bias != null && bias.length() != rows || residual != null && residual.length() < panels * rows * width) {
            throw new IllegalArgumentException("a product of " + rows + " rows has a bias or a residual of another size");
        }
        if (width == 1 && panels > 1 && panels <= FewTokens.MOST && w instanceof Csr c) {
            few(compute, c, bias, activation, residual, x, y, panels);
            return;
        }
        if (width > 1 && w instanceof Columns c) {
            together(compute, c, bias, activation, residual, x, y, panels, width);
            return;
        }
        int[] cuts = Cuts.of(w, Math.ceilDiv(MIN_TASKS, panels));
        int ranges = cuts.length - 1;
        compute.parallel().run(panels * ranges, task -> {
            int panel = task / ranges;
            int from = cuts[task % ranges];
            int to = cuts[task % ranges + 1];
            Floats xp = x.slice(panel * w.cols() * width, w.cols() * width);
            Floats yp = y.slice(panel * rows * width, rows * width);
            if (width == 1) {
                vector(compute.kernels().matrixVector(), w, bias, xp, yp, from, to);
            } else {
                product(compute.kernels().products(), w, bias, xp, yp, width, from, to);
            }
            Floats rp = residual == null ? null : residual.slice(panel * rows * width, rows * width);
            finish(compute.kernels().elementwise(), activation, rp, yp, from * width, to * width);
        });
    }

    /** Several tokens, each in a panel of its own: every task takes all of them, so that a pass over the weight serves two. */
    private static void few(Compute compute, Csr w, Floats bias, Activation activation, Floats residual, Floats x, Floats y, int tokens) {
        int[] cuts = Cuts.of(w, MIN_TASKS);
        int rows = w.rows();
        compute.parallel().run(cuts.length - 1, task -> {
            int from = cuts[task];
            int to = cuts[task + 1];
            compute.kernels().fewTokens().product(w.start(), w.column(), w.values(), w.chunk(), bias, rows, w.cols(), x, y, tokens, from, to);
            for (int p = 0; p < tokens; p++) {
                Floats rp = residual == null ? null : residual.slice(p * rows, rows);
                finish(compute.kernels().elementwise(), activation, rp, y.slice(p * rows, rows), from, to);
            }
        });
    }

    /** Every task takes all panels, so that what it decodes of the weight serves them all. */
    private static void together(Compute compute, Columns w, Floats bias, Activation activation, Floats residual, Floats x, Floats y, int panels, int width) {
        int[] cuts = Cuts.of(w, MIN_TASKS);
        int rows = w.rows();
        compute.parallel().run(cuts.length - 1, task -> {
            int from = cuts[task];
            int to = cuts[task + 1];
            compute.kernels().products().columns(w.coded(), w.tile(), w.group(), bias, rows, w.cols(), x, y, panels, width, from / MatrixVector.COLUMN_ROWS,
                    Math.ceilDiv(to, MatrixVector.COLUMN_ROWS));
            for (int p = 0; p < panels; p++) {
                Floats rp = residual == null ? null : residual.slice(p * rows * width, rows * width);
                finish(compute.kernels().elementwise(), activation, rp, y.slice(p * rows * width, rows * width), from * width, to * width);
            }
        });
    }

    /** What follows a product, on {@code y[from .. to]}. */
    private static void finish(Elementwise k, Activation activation, Floats residual, Floats y, int from, int to) {
        if (residual != null) {
            k.activateAdd(activation, y, residual, y, from, to);
        } else if (activation != Activation.NONE) {
            k.activate(activation, y, y, from, to);
        }
    }

    /** Rows that lie in one tile, slice or block, which no range may cut. */
    static int rowsTogether(Weight w) {
        return switch (w) {
            case Tiled _ -> Kernels.TILE_ROWS;
            case Columns c -> c.tile();
            case SlicedEll _ -> MatrixVector.SLICE_ROWS;
            case BlockCsr b -> b.blockRows();
            case CodedBlocks b -> b.blockRows();
            case Dense _, Csr _, RowGroups _, CodedGroups _, PackedNofM _, Bitmap _, ConvWeight _ -> 1;
        };
    }

    private static void product(Products k, Weight w, Floats bias, Floats x, Floats y, int width, int from, int to) {
        int together = rowsTogether(w);
        int first = from / together;
        int last = Math.ceilDiv(to, together);
        switch (w) {
            case Tiled t -> k.tiled(t.tiles(), bias, t.rows(), t.cols(), x, y, width, first, last);
            case Columns _ -> throw new IllegalArgumentException("all panels of a product by columns are computed together");
            case Csr c -> k.csr(c.start(), c.column(), c.values(), c.chunk(), bias, c.rows(), c.cols(), x, y, width, first, last);
            case SlicedEll s -> {
                k.sliced(s.steps(), s.firstStep(), s.firstCode(), s.code(), s.values(), bias, s.rows(), s.cols(), x, y, width, first, last);
                k.addCsr(s.rest().start(), s.rest().column(), s.rest().values(), s.rest().chunk(), s.rows(), s.cols(), x, y, width, from, to);
            }
            case BlockCsr b -> k.blocks(b.start(), b.column(), b.values(), b.blockRows(), bias, b.rows(), x, y, width, first, last);
            case RowGroups g -> k.groups(g.start(), g.column(), g.values(), g.groupCols(), g.chunk(), bias, g.rows(), g.cols(), x, y, width, first, last);
            case CodedBlocks b -> k.codedBlocks(b.start(), b.column(), b.values(), b.scaleStart(), b.group(), b.blockRows(), bias, b.rows(), x, y, width, first,
                    last);
            case CodedGroups g -> k.codedGroups(g.start(), g.word(), g.codes(), bias, x, y, width, first, last);
            case PackedNofM p -> k.nOfM(p.place(), p.values(), p.n(), p.m(), bias, p.cols(), x, y, width, first, last);
            case Bitmap b -> k.bitmap(b.bits(), b.start(), b.values(), bias, b.cols(), x, y, width, first, last);
            case Dense _ -> throw dense();
            case ConvWeight _ -> throw convolution();
        }
    }

    private static void vector(MatrixVector k, Weight w, Floats bias, Floats x, Floats y, int from, int to) {
        int together = rowsTogether(w);
        int first = from / together;
        int last = Math.ceilDiv(to, together);
        switch (w) {
            case Tiled t -> k.tiled(t.tiles(), bias, t.rows(), t.cols(), x, y, first, last);
            case Columns c -> k.columns(c.coded(), c.tile(), c.group(), bias, c.rows(), c.cols(), x, y, from / MatrixVector.COLUMN_ROWS,
                    Math.ceilDiv(to, MatrixVector.COLUMN_ROWS));
            case Csr c -> k.csr(c.start(), c.column(), c.values(), c.chunk(), bias, c.rows(), c.cols(), x, y, first, last);
            case SlicedEll s -> {
                k.sliced(s.steps(), s.firstStep(), s.firstCode(), s.code(), s.values(), bias, s.rows(), s.cols(), x, y, first, last);
                k.csr(s.rest().start(), s.rest().column(), s.rest().values(), s.rest().chunk(), y, s.rows(), s.cols(), x, y, from, to);
            }
            case BlockCsr b -> k.blocks(b.start(), b.column(), b.values(), b.blockRows(), bias, b.rows(), x, y, first, last);
            case RowGroups g -> k.groups(g.start(), g.column(), g.values(), g.groupCols(), g.chunk(), bias, g.rows(), g.cols(), x, y, first, last);
            case CodedBlocks b -> k.codedBlocks(b.start(), b.column(), b.values(), b.scaleStart(), b.group(), b.blockRows(), bias, b.rows(), x, y, first, last);
            case CodedGroups g -> k.codedGroups(g.start(), g.word(), g.codes(), bias, x, y, first, last);
            case PackedNofM p -> k.nOfM(p.place(), p.values(), p.n(), p.m(), bias, p.cols(), x, y, first, last);
            case Bitmap b -> k.bitmap(b.bits(), b.start(), b.values(), bias, b.cols(), x, y, first, last);
            case Dense _ -> throw dense();
            case ConvWeight _ -> throw convolution();
        }
    }

    private static IllegalArgumentException convolution() {
        return new IllegalArgumentException("a convolution weight is laid over images, see Conv; it multiplies no panels");
    }

    private static IllegalArgumentException dense() {
        return new IllegalArgumentException("pack a dense weight into tiles before multiplying with it");
    }
}
