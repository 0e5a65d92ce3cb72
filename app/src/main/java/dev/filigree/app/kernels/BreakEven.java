package dev.filigree.app.kernels;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The sparsity from which on a sparse product is as fast as the dense one. */
final class BreakEven {

    private BreakEven() {
    }

    /**
     * @param ratios speed over dense at some sparsities
     * @return where the ratio passes 1 for the last time on the way up, on straight lines between the neighbours; the first sparsity when it is
     *         above 1 from there on; 1 when it never gets there; NaN when nothing was measured
     */
    static double of(Map<Double, Double> ratios) {
        NavigableMap<Double, Double> known = new TreeMap<>(ratios);
        known.values().removeIf(r -> r.isNaN());
        if (known.isEmpty()) {
            return Double.NaN;
        }
        if (known.lastEntry().getValue() < 1) {
            return 1;
        }
        Map.Entry<Double, Double> above = known.lastEntry();
        for (Map.Entry<Double, Double> below : known.descendingMap().entrySet()) {
            if (below.getValue() < 1) {
                double share = (1 - below.getValue()) / (above.getValue() - below.getValue());
                return below.getKey() + share * (above.getKey() - below.getKey());
            }
            above = below;
        }
        return above.getKey();
    }
}
