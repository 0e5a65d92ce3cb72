package dev.filigree.prune.pattern;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import dev.filigree.prune.Scope;
import dev.filigree.tensor.Layout;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Exactly N of every M consecutive inputs live.
 *
 * @param n kept
 * @param m of, at most 128
 */
public record NofM(int n, int m) implements Pattern {

    public static final Catalog.Entry<Pattern> ENTRY = Catalog.entry("N:M", "Mishra et al. 2021, arXiv:2104.08378",
            "exactly N of every M consecutive inputs",
            List.of(Option.of("N", 2, "inputs kept"), Option.of("M", 4, "inputs of a group")),
            s -> new NofM(s.integer("N"), s.integer("M")));

    private static final int LARGEST = 128;

    public NofM {
        if (n < 1 || m > LARGEST || n >= m) {
            throw new UserError("--pattern: found " + n + ":" + m + ", expected N:M with N at least 1, less than M, and M at most " + LARGEST);
        }
    }

    @Override
    public String name() {
        return n + ":" + m;
    }

    @Override
    public OptionalDouble fixedSparsity() {
        return OptionalDouble.of(1 - n / (double) m);
    }

    @Override
    public int unitRows() {
        return 1;
    }

    @Override
    public int unitCols() {
        return 1;
    }

    @Override
    public OptionalInt groupCols() {
        return OptionalInt.of(m);
    }

    @Override
    public List<Cell> cells(Site site, Scope scope) {
        if (site.cols() % m != 0) {
            throw new UserError("--pattern " + name() + ": " + site.name() + " has " + site.cols() + " inputs, expected a multiple of " + m
                    + "; use another pattern");
        }
        int units = Math.multiplyExact(site.rows(), site.cols());
        return List.of(new Cell(site, 0, units, 1, OptionalLong.of((long) units / m * n)));
    }

    @Override
    public int window(int preferred) {
        return m;
    }

    @Override
    public float[] unitScores(float[] scores, int rows, int cols) {
        return scores;
    }

    @Override
    public void choose(float[] scores, int rows, int cols, long[] keep, boolean[] live) {
        float[] scratch = new float[m];
        java.util.Arrays.fill(live, false);
        for (int group = 0; group < rows * cols; group += m) {
            Selection.best(scores, group, group + m, n, scratch, i -> live[i] = true);
        }
    }

    @Override
    public Layout layout() {
        return Layout.nOfM(n, m);
    }

    @Override
    public Layout trainingLayout() {
        return Layout.CSR;
    }
}
