package dev.filigree.model;

import dev.filigree.tensor.Layout;

/**
 * A place where a prunable weight [rows x cols] lives.
 *
 * @param name   of its parameter
 * @param block  index of the block
 * @param height rows of the window of a convolution, whose weight is {@code [outputs x (inputs * height * width)]}; 1 for a matrix
 * @param width  columns of that window
 * @param groups into which outputs and inputs are cut: each sees its own alone, and the weight is
 *               {@code [outputs x (inputs / groups * height * width)]}
 */
public record Site(String name, int block, Role role, int rows, int cols, int height, int width, int groups) {

    public Site {
        if (rows < 1 || cols < 1 || height < 1 || width < 1 || groups < 1 || cols % (height * width) != 0 || rows % groups != 0) {
            throw new IllegalArgumentException(name + ": a weight of " + rows + " x " + cols + " with a window of " + height + " x " + width + " in " + groups + " groups");
        }
    }

    /** A convolution in one group. */
    public Site(String name, int block, Role role, int rows, int cols, int height, int width) {
        this(name, block, role, rows, cols, height, width, 1);
    }

    /** A plain matrix. */
    public Site(String name, int block, Role role, int rows, int cols) {
        this(name, block, role, rows, cols, 1, 1, 1);
    }

    /** How a sparse weight of this site is held where plain matrices are held in {@code ofMatrices}. */
    public Layout layout(Layout ofMatrices) {
        return role.convolution() ? Layout.convolution(height, width, groups) : ofMatrices;
    }

    public long positions() {
        return (long) rows * cols;
    }

    /** Inputs of an output: {@code cols} but for the window. */
    public int inputs() {
        return cols / (height * width);
    }

    /** Short name for tables: "0.query". */
    public String shortName() {
        return block + "." + role.name().toLowerCase(java.util.Locale.ROOT);
    }
}
