package dev.filigree.infer;

import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Readings of products: those that were kept, and where some of a group are missing the whole group, timed in turn. */
final class Bench {

    /** What takes turns is to be larger than the caches of one core, as the layers of a model are. */
    private static final long COPIED_BYTES = 16L << 20;

    private final Meter meter;
    private final int threads;
    private final Timings timings;

    Bench(Meter meter, int threads, Timings timings) {
        this.meter = meter;
        this.threads = threads;
        this.timings = timings;
    }

    String machine() {
        return timings.machine();
    }

    int threads() {
        return threads;
    }

    /**
     * Readings by layout and width.
     *
     * @param group  names what is timed against each other
     * @param weight copies of the weight in a layout, asked for only when something must be measured
     */
    Map<String, Map<Integer, Reading>> readings(String group, List<String> layouts, int tokens, int[] widths, Function<String, List<Weight>> weight) {
        String key = group + ", " + tokens + " tokens, " + threads + " threads";
        Map<String, Map<Integer, Reading>> known = timings.find(key).orElse(Map.of());
        Map<String, Map<Integer, Reading>> all = select(known, layouts, widths);
        if (all == null) {
            all = measure(layouts, tokens, widths, weight);
            timings.keep(key, all);
        }
        return all;
    }

    /** As many copies as the layers of a model would be, within bounds. */
    static List<Weight> copies(int layers, IntFunction<List<Weight>> pack) {
        List<Weight> one = pack.apply(1);
        long enough = Math.ceilDiv(COPIED_BYTES, Math.max(1, one.getFirst().bytes()));
        int more = (int) Math.min(layers, enough) - 1;
        List<Weight> all = new ArrayList<>(one);
        if (more > 0) {
            all.addAll(pack.apply(more));
        }
        return all;
    }

    private Map<String, Map<Integer, Reading>> measure(List<String> layouts, int tokens, int[] widths, Function<String, List<Weight>> weight) {
        List<Meter.Trial> trials = new ArrayList<>();
        for (String layout : layouts) {
            for (int width : widths) {
                trials.add(new Meter.Trial(layout, weight.apply(layout), Math.min(tokens, Planner.MOST_TOKENS), width));
            }
        }
        List<Reading> readings = meter.times(trials);
        Map<String, Map<Integer, Reading>> all = new LinkedHashMap<>();
        for (int i = 0; i < trials.size(); i++) {
            Meter.Trial t = trials.get(i);
            double more = Math.ceilDiv(tokens, t.width()) / (double) Math.ceilDiv(t.tokens(), t.width());
            all.computeIfAbsent(t.layout(), l -> new LinkedHashMap<>()).put(t.width(), readings.get(i).times(more));
        }
        return all;
    }

    /** What was asked for, in that order; null when any of it is missing. */
    private static Map<String, Map<Integer, Reading>> select(Map<String, Map<Integer, Reading>> known, List<String> layouts, int[] widths) {
        Map<String, Map<Integer, Reading>> all = new LinkedHashMap<>();
        for (String layout : layouts) {
            Map<Integer, Reading> byWidth = new LinkedHashMap<>();
            for (int width : widths) {
                Reading r = known.getOrDefault(layout, Map.of()).get(width);
                if (r == null) {
                    return null;
                }
                byWidth.put(width, r);
            }
            all.put(layout, byWidth);
        }
        return all;
    }
}
