package dev.filigree.io;

import dev.filigree.tensor.Topology;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Names the regularity of a matrix's zeros from its live positions. */
final class ZeroPattern {

    private static final double LEAST_SPARSITY = 0.01;
    /** A matrix counts as N:M when its groups are this full: a very sparse one never exceeds N anyway. */
    private static final double FULL = 0.9;
    private static final int[][] N_OF_M = {{2, 4}, {1, 4}, {4, 8}, {2, 8}, {8, 16}};
    private static final int[] BLOCKS = {16, 8, 4, 2};

    private ZeroPattern() {
    }

    static String of(Topology t) {
        double positions = (double) t.rows() * t.cols();
        if (t.count() > (1 - LEAST_SPARSITY) * positions) {
            return "";
        }
        if (t.count() == 0) {
            return "all zero";
        }
        List<String> found = new ArrayList<>();
        int rows = zeroRows(t);
        int cols = zeroColumns(t);
        if (t.count() != (long) (t.rows() - rows) * (t.cols() - cols)) { // whole rows and columns do not explain the zeros
            found.add(group(t, positions));
        }
        if (rows > 0) {
            found.add(rows + " zero rows");
        }
        if (cols > 0) {
            found.add(cols + " zero columns");
        }
        return String.join(", ", found);
    }

    private static String group(Topology t, double positions) {
        for (int[] p : N_OF_M) {
            if (isNofM(t, p[0], p[1], positions)) {
                return p[0] + ":" + p[1];
            }
        }
        for (int height : BLOCKS) {
            if (t.isBlocks(height)) {
                return height + "x1";
            }
        }
        for (int width : BLOCKS) {
            if (t.cols() >= 2 * width && t.isGroups(width)) {
                return "1x" + width;
            }
        }
        return "unstructured";
    }

    private static boolean isNofM(Topology t, int n, int m, double positions) {
        if (t.cols() % m != 0 || t.count() < FULL * positions * n / m) {
            return false;
        }
        for (int r = 0; r < t.rows(); r++) {
            int group = -1;
            int inGroup = 0;
            for (int j = t.start().get(r); j < t.start().get(r + 1); j++) {
                inGroup = t.column().get(j) / m == group ? inGroup + 1 : 1;
                group = t.column().get(j) / m;
                if (inGroup > n) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int zeroRows(Topology t) {
        int zero = 0;
        for (int r = 0; r < t.rows(); r++) {
            zero += t.start().get(r) == t.start().get(r + 1) ? 1 : 0;
        }
        return zero;
    }

    private static int zeroColumns(Topology t) {
        BitSet live = new BitSet();
        for (int j = 0; j < t.count(); j++) {
            live.set(t.column().get(j));
        }
        return t.cols() - live.cardinality();
    }
}
