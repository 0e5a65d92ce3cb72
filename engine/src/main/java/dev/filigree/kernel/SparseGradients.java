package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;

/** Gradients of a weight at its live positions only (a sampled dense-dense product). */
public interface SparseGradients {

    /**
     * {@code gradient[j] += sum over all tokens of dy[row(j)][t] x[column[j]][t]} for the entries of rows
     * {@code fromRow .. toRow} in the layout of {@link Products#csr}.
     *
     * @param dy     all panels, {@code [panels] [rows] [width]}; zero in lanes past the last token
     * @param x      all panels, {@code [panels] [cols] [width]}
     */
    void csr(Ints start, Shorts column, int chunk, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromRow, int toRow);

    /** The same for the blocks of {@link Products#blocks}; {@code gradient [blocks] [blockRows]}, rows past the end get zero. */
    void blocks(Ints start, Shorts column, int blockRows, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromBlock, int toBlock);

    /** The same for the groups of {@link Products#groups}; {@code gradient [groups] [groupCols]}. */
    void groups(Ints start, Shorts column, int groupCols, int chunk, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromRow,
            int toRow);

    /** {@code gradient[r] += sum over all tokens of dy[r][t]} for rows {@code fromRow .. toRow}: the gradient of a bias. */
    void rowSums(Floats dy, int rows, int width, int panels, Floats gradient, int fromRow, int toRow);

    /**
     * {@code gram[i][j] += sum_t x[i][t] x[j][t]} for rows {@code fromRow .. toRow} and all columns j, over the first
     * {@code tokens} tokens: calibration's X X^T.
     *
     * @param gram {@code [features x features]} row-major
     */
    void gram(Floats x, int features, int tokens, int width, Floats gram, int fromRow, int toRow);
}
