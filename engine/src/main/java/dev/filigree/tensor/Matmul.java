package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Products;

/** {@code y = f(w x + bias)} for every layout of w: the only switch over layouts. */
public final class Matmul {

    /** Tasks that a product is cut into at least, so that a single panel still feeds several threads. */
    private static final int MIN_TASKS = 8;

    private Matmul() {
    }

    /**
     * @param bias   {@code rows} values, or null for none
     * @param x      panels {@code [panels] [cols] [width]}
     * @param y      panels {@code [panels] [rows] [width]}, overwritten
     * @param panels {@code ceil(tokens / width)}
     */
    public static void apply(Compute compute, Weight w, Floats bias, Activation activation, Floats x, Floats y, int panels, int width) {
        int rows = w.rows();
        int wanted = Math.ceilDiv(MIN_TASKS, panels);
        int together = rowsTogether(w);
        int step = Math.max(1, Math.ceilDiv(Math.ceilDiv(rows, wanted), together)) * together;
        int ranges = Math.ceilDiv(rows, step);
        compute.parallel().run(panels * ranges, task -> {
            int panel = task / ranges;
            int from = task % ranges * step;
            int to = Math.min(rows, from + step);
            Floats xp = x.slice(panel * w.cols() * width, w.cols() * width);
            Floats yp = y.slice(panel * rows * width, rows * width);
            product(compute.kernels().products(), w, bias, xp, yp, width, from, to);
            if (activation != Activation.NONE) {
                compute.kernels().elementwise().activate(activation, yp, yp, from * width, to * width);
            }
        });
    }

    /** Rows that lie in one tile or block, which no range may cut. */
    private static int rowsTogether(Weight w) {
        return switch (w) {
            case Tiled _ -> Kernels.TILE_ROWS;
            case BlockCsr b -> b.blockRows();
            default -> 1;
        };
    }

    private static void product(Products k, Weight w, Floats bias, Floats x, Floats y, int width, int from, int to) {
        switch (w) {
            case Tiled t -> k.tiled(t.tiles(), bias, t.rows(), t.cols(), x, y, width, from / Kernels.TILE_ROWS,
                    Math.ceilDiv(to, Kernels.TILE_ROWS));
            case Csr c -> k.csr(c.start(), c.column(), c.values(), c.chunk(), bias, c.rows(), c.cols(), x, y, width, from, to);
            case BlockCsr b -> k.blocks(b.start(), b.column(), b.values(), b.blockRows(), bias, b.rows(), x, y, width, from / b.blockRows(),
                    Math.ceilDiv(to, b.blockRows()));
            case PackedNofM p -> k.nOfM(p.place(), p.values(), p.n(), p.m(), bias, p.cols(), x, y, width, from, to);
            case Bitmap b -> k.bitmap(b.bits(), b.start(), b.values(), bias, b.cols(), x, y, width, from, to);
            case Dense d -> throw new IllegalArgumentException("pack a dense weight into tiles before multiplying with it");
        }
    }
}
