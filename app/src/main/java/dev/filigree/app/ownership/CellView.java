package dev.filigree.app.ownership;

import dev.filigree.model.Site;
import dev.filigree.tensor.Topology;

/**
 * The positions of a weight as black and white cells: a cell is black where any of its positions lives. In a convolution a cell is what one
 * input gives to one output; a matrix has none, so its cells are squares.
 *
 * @param height rows of a cell
 * @param width  columns of a cell
 */
record CellView(int height, int width, int rows, int cols) {

    private static final int SQUARE = 3;

    static CellView of(Site site) {
        int height = site.role().convolution() ? 1 : SQUARE;
        int width = site.role().convolution() ? site.height() * site.width() : SQUARE;
        return new CellView(height, width, site.rows() / height, site.cols() / width);
    }

    /** Whether a mark has room. */
    boolean roomy() {
        return rows >= Mark.SIZE && cols >= Mark.SIZE;
    }

    /** How many positions live in each cell, {@code [rows] [cols]}; what lies beyond the last whole cell is not seen. */
    int[][] counts(Topology live) {
        int[][] counts = new int[rows][cols];
        for (int r = 0; r < rows * height; r++) {
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                int c = live.column().get(j) / width;
                if (c < cols) {
                    counts[r / height][c]++;
                }
            }
        }
        return counts;
    }
}
