package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;

/**
 * Compressed sparse rows and a few tokens, each in a panel of its own (width 1): training with batches of one to four. Here
 * the passes over the weight and the fetches by column are what takes time, so that a pass serves two tokens, and the
 * way back makes both gradients in one, without a transposed copy. Layout as in {@link Products#csr}.
 */
public interface FewTokens {

    /** More tokens than these are left to kernels that treat them side by side. */
    int MOST = 4;

    /**
     * {@code y[p][r] = bias[r] + sum_k w[r][k] x[p][k]} for rows {@code fromRow .. toRow} and every token p.
     *
     * @param bias {@code rows} values, or null for zero
     * @param x    {@code [tokens] [cols]}
     * @param y    {@code [tokens] [rows]}
     */
    void product(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int tokens, int fromRow, int toRow);

    /**
     * Through the entries of one chunk of columns that lie in rows {@code fromRow .. toRow}:
     * {@code dx[p][k] = sum_r w[r][k] dy[p][r]} for the columns of the chunk, overwritten, and
     * {@code gradient[j] += sum_p dy[p][row(j)] x[p][column(j)]}. A row whose dy is zero for all tokens is not read.
     *
     * @param dy {@code [tokens] [rows]}
     * @param x  {@code [tokens] [cols]}
     * @param dx {@code [tokens] [cols]}
     */
    void back(Ints start, Shorts column, Floats values, int chunk, int rows, int cols, Floats dy, Floats x, Floats dx, Floats gradient, int tokens, int inChunk,
            int fromRow, int toRow);
}
