package dev.filigree.infer.policy;

import dev.filigree.base.Catalog.Settings;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Highest;

/** Gates that keep inputs whose score {@code |x_j| c_j} is high. {@code c} is null for 1. */
final class Inputs {

    private Inputs() {
    }

    /** The share that is not read: less than everything. */
    static double share(Settings s) {
        double share = s.share("sparsity");
        if (share == 1) {
            throw new UserError("policy: found a sparsity of 100 %, expected less: nothing would be read");
        }
        return share;
    }

    /** Leaves out scores below a threshold. */
    static Gate below(float threshold, float[] c) {
        return x -> {
            for (int j = 0; j < x.length; j++) {
                if (score(x, c, j) < threshold) {
                    x[j] = 0;
                }
            }
        };
    }

    /** Keeps the {@code k} highest scores, of equal ones the first. */
    static Gate top(int k, float[] c) {
        return x -> {
            if (k >= x.length) {
                return;
            }
            int[] orders = new int[x.length];
            for (int j = 0; j < x.length; j++) {
                orders[j] = Highest.order(score(x, c, j));
            }
            int least = k == 0 ? Integer.MAX_VALUE : nth(orders.clone(), x.length - k);
            int left = k;
            for (int order : orders) {
                left -= order > least ? 1 : 0;
            }
            for (int j = 0; j < x.length; j++) {
                if (orders[j] < least || orders[j] == least && left-- <= 0) {
                    x[j] = 0;
                }
            }
        };
    }

    /** What stands at place {@code n} once all are sorted (Hoare 1961, quickselect); {@code v} is changed. */
    private static int nth(int[] v, int n) {
        int low = 0;
        int high = v.length - 1;
        while (low < high) {
            int pivot = v[low + high >>> 1];
            int i = low;
            int j = high;
            while (i <= j) {
                while (v[i] < pivot) {
                    i++;
                }
                while (v[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    int swap = v[i];
                    v[i++] = v[j];
                    v[j--] = swap;
                }
            }
            if (n <= j) {
                high = j;
            } else if (n >= i) {
                low = i;
            } else {
                return v[n];
            }
        }
        return v[n];
    }

    static float score(float[] x, float[] c, int j) {
        float size = Math.abs(x[j]);
        return c == null ? size : size * c[j];
    }
}
