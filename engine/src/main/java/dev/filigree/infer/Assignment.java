package dev.filigree.infer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * One layout for each kind of weight and one width for each batch size, such that the expected time of all products is
 * least: with the widths fixed every layout is chosen alone, and the reverse, so that choosing in turn never makes it
 * worse and ends.
 *
 * @param layouts by kind
 * @param widths  by step
 */
record Assignment(String[] layouts, int[] widths) {

    /**
     * @param times  of one product, by kind, step, layout and width
     * @param sites  weights of each kind
     * @param shares of all calls, by step
     */
    static Assignment least(List<List<Map<String, Map<Integer, Reading>>>> times, int[] sites, double[] shares) {
        Assignment a = new Assignment(new String[sites.length], new int[shares.length]);
        for (int k = 0; k < sites.length; k++) { // to begin with, every layout at its own best widths
            List<Map<String, Map<Integer, Reading>>> kind = times.get(k);
            a.layouts[k] = least(kind.getFirst().keySet(), layout -> expected(shares, s -> bestOf(kind.get(s).get(layout))));
        }
        while (a.improveWidths(times, sites, shares.length) | a.improveLayouts(times, shares)) {
            continue;
        }
        return a;
    }

    /** Products of all weights at a step, each in the layout that {@code layout} names for its kind. */
    static double total(List<List<Map<String, Map<Integer, Reading>>>> times, int[] sites, int step, String[] layout, int width) {
        double sum = 0;
        for (int k = 0; k < sites.length; k++) {
            sum += sites[k] * times.get(k).get(step).get(layout[k]).get(width).microseconds();
        }
        return sum;
    }

    private boolean improveWidths(List<List<Map<String, Map<Integer, Reading>>>> times, int[] sites, int steps) {
        int[] before = widths.clone();
        for (int s = 0; s < steps; s++) {
            int step = s;
            widths[s] = least(times.getFirst().get(s).get(layouts[0]).keySet(), w -> total(times, sites, step, layouts, w));
        }
        return !Arrays.equals(before, widths);
    }

    private boolean improveLayouts(List<List<Map<String, Map<Integer, Reading>>>> times, double[] shares) {
        String[] before = layouts.clone();
        for (int k = 0; k < layouts.length; k++) {
            List<Map<String, Map<Integer, Reading>>> kind = times.get(k);
            layouts[k] = least(kind.getFirst().keySet(), layout -> expected(shares, s -> kind.get(s).get(layout).get(widths[s]).microseconds()));
        }
        return !Arrays.equals(before, layouts);
    }

    private static double expected(double[] shares, IntToDoubleFunction time) {
        double sum = 0;
        for (int s = 0; s < shares.length; s++) {
            sum += shares[s] * time.applyAsDouble(s);
        }
        return sum;
    }

    private static double bestOf(Map<Integer, Reading> byWidth) {
        return byWidth.values().stream().mapToDouble(Reading::microseconds).min().orElseThrow();
    }

    /** The first of those that cost the least. */
    private static <T> T least(Iterable<T> all, ToDoubleFunction<T> cost) {
        T best = null;
        double least = Double.POSITIVE_INFINITY;
        for (T t : all) {
            double c = cost.applyAsDouble(t);
            if (best == null || c < least) {
                best = t;
                least = c;
            }
        }
        return best;
    }
}
