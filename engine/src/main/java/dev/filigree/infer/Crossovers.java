package dev.filigree.infer;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Estimates from random weights of a few sparsities where sparse products begin to pay. */
final class Crossovers {

    private static final List<Double> SPARSITIES = List.of(0.95, 0.7, 0.3);
    /** Layouts by name, with the rows that live together. */
    private static final Map<String, Integer> LAYOUTS = new LinkedHashMap<>(Map.of("csr", 1));
    private static final double NEVER = 0.01;

    static {
        LAYOUTS.put("4x1", 4);
    }

    private final Bench bench;

    Crossovers(Bench bench) {
        this.bench = bench;
    }

    record Shape(int rows, int cols) {
    }

    static Set<Shape> shapes(Plan plan) {
        Set<Shape> shapes = new LinkedHashSet<>();
        plan.kinds().forEach(k -> shapes.add(new Shape(k.rows(), k.cols())));
        return shapes;
    }

    List<BreakEven> of(Plan plan, Runnable done) {
        double positions = plan.kinds().stream().mapToDouble(k -> (double) k.sites() * k.rows() * k.cols()).sum();
        List<BreakEven> found = new ArrayList<>();
        for (Shape shape : shapes(plan)) {
            int layers = (int) Math.ceil(positions / ((double) shape.rows * shape.cols));
            Map<String, List<Weight>> packed = new LinkedHashMap<>();
            try (Arena arena = Arena.ofShared()) {
                for (Plan.Step step : plan.steps()) {
                    Map<String, Map<Integer, Reading>> readings = bench.readings("random " + shape.rows + "x" + shape.cols + " width " + step.width(),
                            names(), step.tokens(), new int[] {step.width()},
                            name -> packed.computeIfAbsent(name, l -> Bench.copies(layers, n -> random(arena, shape, l, n))));
                    LAYOUTS.keySet().forEach(layout -> found.add(new BreakEven(shape.rows, shape.cols, step.tokens(), layout,
                            crossing(readings, layout, step.width()))));
                    done.run();
                }
            }
        }
        return found;
    }

    /** "dense", "csr 0.95", "csr 0.7" ... */
    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(Candidates.DENSE));
        LAYOUTS.keySet().forEach(layout -> SPARSITIES.forEach(s -> names.add(layout + " " + s)));
        return names;
    }

    private static List<Weight> random(Arena arena, Shape shape, String name, int copies) {
        String[] part = name.split(" ");
        boolean dense = part.length == 1;
        double sparsity = dense ? 0 : Double.parseDouble(part[1]);
        int height = dense ? 1 : LAYOUTS.get(part[0]);
        Layout layout = dense ? Layout.TILED : height == 1 ? Layout.CSR : Layout.blocks(height);
        Rng rng = new Rng(1).split(name);
        Topology.Builder b = new Topology.Builder(shape.rows, shape.cols, (int) ((1 - sparsity) * shape.rows * shape.cols));
        for (int r = 0; r < shape.rows; r += height) {
            for (int c = 0; c < shape.cols; c++) {
                if (rng.nextDouble() >= sparsity) {
                    for (int i = r; i < Math.min(shape.rows, r + height); i++) {
                        b.add(i, c);
                    }
                }
            }
        }
        Topology live = b.build();
        Floats values = Floats.allocate(live.count());
        for (int i = 0; i < values.length(); i++) {
            values.set(i, rng.nextFloat() - 0.5f);
        }
        List<Weight> all = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            all.add(layout.pack(arena, live, values));
        }
        return all;
    }

    private static double crossing(Map<String, Map<Integer, Reading>> readings, String layout, int width) {
        double[] times = SPARSITIES.stream().mapToDouble(s -> readings.get(layout + " " + s).get(width).microseconds()).toArray();
        double[] densities = SPARSITIES.stream().mapToDouble(s -> 1 - s).toArray();
        return sparsityAt(densities, times, readings.get(Candidates.DENSE).get(width).microseconds());
    }

    /**
     * The sparsity at which the time, a line through neighbouring points and beyond the outer ones, rises above {@code dense}.
     *
     * @param densities rising
     */
    static double sparsityAt(double[] densities, double[] times, double dense) {
        int last = densities.length - 1;
        int i = 0; // of the first point that is slower than dense
        while (i <= last && times[i] <= dense) {
            i++;
        }
        int from = Math.clamp(i - 1, 0, last - 1);
        double slope = (times[from + 1] - times[from]) / (densities[from + 1] - densities[from]);
        double density = densities[from] + (dense - times[from]) / slope;
        if (i == 0) {
            return slope > 0 && density > NEVER ? 1 - density : Double.NaN;
        }
        return slope > 0 ? Math.max(0, 1 - density) : 0;
    }
}
