package dev.filigree.infer;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Times every kind of prunable weight in its sparse layout and dense on this machine, and keeps whichever is faster. */
public final class Planner {

    private static final int ROUNDS = 9;
    private static final double ROUND_SECONDS = 0.002;

    private final Compute compute;
    private final int tokens;

    /**
     * @param tokens tokens that a typical request puts through a product
     */
    public Planner(Compute compute, int tokens) {
        this.compute = compute;
        this.tokens = tokens;
    }

    /** Measures all sites; changes nothing. {@code done} is called after each. */
    public Plan measure(Model model, Consumer<Site> done) {
        List<Plan.Choice> choices = new ArrayList<>();
        Map<Kind, Map<String, Double>> measured = new HashMap<>();
        for (Site site : model.sites()) {
            Weight w = model.param(site).forward();
            Map<String, Double> times = measured.computeIfAbsent(Kind.of(w), k -> times(w));
            String best = times.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
            choices.add(new Plan.Choice(site.name(), best, times));
            done.accept(site);
        }
        return new Plan(tokens, compute.parallel().threads(), choices);
    }

    /** Packs every site as the plan says; memory of the new weights lives as long as {@code arena}. */
    public static void apply(Plan plan, Model model, Arena arena) {
        Map<String, String> layouts = plan.layouts();
        for (Site site : model.sites()) {
            Weight w = model.param(site).forward();
            String wanted = layouts.getOrDefault(site.name(), w.layout());
            if (!wanted.equals(w.layout())) {
                model.param(site).set(pack(arena, w, wanted));
            }
        }
    }

    /** {@code w} in the layout of that name. */
    public static Weight pack(Arena arena, Weight w, String layout) {
        if (layout.equals("dense")) {
            return Tiled.pack(arena, w);
        }
        Topology t = Topology.of(w);
        Floats values = Layout.canonical(w, t);
        return switch (layout) {
            case "csr" -> Layout.CSR.pack(arena, t, values);
            case "bitmap" -> Layout.BITMAP.pack(arena, t, values);
            default -> throw new UserError("the plan asks for layout '" + layout + "', which cannot be made from " + w.layout() + "; expected dense, csr or bitmap");
        };
    }

    /** Weights of one kind take the same time: equal shape and layout, and as many non-zeros to a hundredth of the positions. */
    private record Kind(int rows, int cols, String layout, long hundredths) {

        static Kind of(Weight w) {
            return new Kind(w.rows(), w.cols(), w.layout(), Math.round(100.0 * w.nonZeros() / w.positions()));
        }
    }

    private Map<String, Double> times(Weight w) {
        Map<String, Weight> candidates = new LinkedHashMap<>();
        try (Arena arena = Arena.ofShared()) {
            candidates.put("dense", w instanceof Tiled ? w : Tiled.pack(arena, w));
            if (!(w instanceof Tiled) && !(w instanceof Dense)) {
                candidates.put(w.layout(), w);
                candidates.putIfAbsent("csr", pack(arena, w, "csr"));
            }
            int width = Kernels.widthFor(tokens);
            int panels = Math.ceilDiv(tokens, width);
            Floats x = Floats.allocate(arena, panels * w.cols() * width);
            Rng rng = new Rng(1).split("planner");
            for (int i = 0; i < x.length(); i++) {
                x.set(i, rng.nextFloat() - 0.5f);
            }
            Floats y = Floats.allocate(arena, panels * w.rows() * width);
            return times(candidates, x, y, panels, width);
        }
    }

    /** Median microseconds of one product for each candidate, taken in turn so that a slow moment hits all. */
    private Map<String, Double> times(Map<String, Weight> candidates, Floats x, Floats y, int panels, int width) {
        Map<String, double[]> samples = new LinkedHashMap<>();
        Map<String, Integer> repeats = new LinkedHashMap<>();
        candidates.forEach((layout, w) -> {
            long once = nanos(w, x, y, panels, width, 3) / 3;
            repeats.put(layout, (int) Math.clamp((long) (ROUND_SECONDS * 1e9) / Math.max(1, once), 1, 1000));
            samples.put(layout, new double[ROUNDS]);
        });
        for (int round = 0; round < ROUNDS; round++) {
            for (var e : candidates.entrySet()) {
                int n = repeats.get(e.getKey());
                samples.get(e.getKey())[round] = nanos(e.getValue(), x, y, panels, width, n) / 1e3 / n;
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        samples.forEach((layout, s) -> {
            Arrays.sort(s);
            medians.put(layout, s[ROUNDS / 2]);
        });
        return medians;
    }

    private long nanos(Weight w, Floats x, Floats y, int panels, int width, int repeats) {
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            Matmul.apply(compute, w, null, Activation.NONE, x, y, panels, width);
        }
        return System.nanoTime() - start;
    }
}
