package dev.filigree.infer;

import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times every kind of prunable weight in every layout that can hold it, at every batch size of a profile and at every
 * width of panels, and chooses what takes the least time on this machine. No crossover is written down anywhere: dense
 * stays dense where dense is faster.
 */
public final class Planner {

    /** Panels are alike: more tokens than this are taken to need as many times longer as they fill more panels. */
    public static final int MOST_TOKENS = 2048;

    private final Bench bench;
    private final Profile profile;

    /**
     * @param compute the threads that will serve
     * @param timings what was measured before, and where to keep what is measured now
     */
    public Planner(Compute compute, Profile profile, Timings timings) {
        this(new ProductMeter(compute), compute.parallel().threads(), profile, timings);
    }

    Planner(Meter meter, int threads, Profile profile, Timings timings) {
        this.bench = new Bench(meter, threads, timings);
        this.profile = profile;
    }

    /**
     * Weights of one kind take the same time: equal shape and layout, and nearly as many live positions.
     *
     * @param bucket the mean density is {@code 1.02^bucket}
     */
    private record Kind(int rows, int cols, String layout, long bucket) {

        /** Weights whose density is up to this many times that of the sparsest are timed as one. */
        static final double ALIKE = 1.1;
        static final double STEP = 1.02;

        @Override
        public String toString() {
            return rows + "x" + cols + " " + layout + " density " + STEP + "^" + bucket;
        }
    }

    private static Map<Kind, List<Site>> kinds(Model model) {
        Map<Site, Double> density = new HashMap<>();
        Map<Kind, List<Site>> sameShape = new LinkedHashMap<>();
        for (Site site : model.sites()) {
            Weight w = model.param(site).forward();
            density.put(site, Math.max(1, Candidates.needed(w)) / (double) w.positions());
            sameShape.computeIfAbsent(new Kind(w.rows(), w.cols(), w.layout(), 0), k -> new ArrayList<>()).add(site);
        }
        Map<Kind, List<Site>> kinds = new LinkedHashMap<>();
        sameShape.forEach((shape, sites) -> {
            sites.sort(Comparator.comparingDouble(density::get));
            for (int from = 0, to = 0; from < sites.size(); from = to) {
                double most = Kind.ALIKE * density.get(sites.get(from));
                while (to < sites.size() && density.get(sites.get(to)) <= most) {
                    to++;
                }
                List<Site> alike = sites.subList(from, to);
                double mean = alike.stream().mapToDouble(density::get).average().orElseThrow();
                kinds.computeIfAbsent(new Kind(shape.rows(), shape.cols(), shape.layout(), Math.round(Math.log(mean) / Math.log(Kind.STEP))),
                        k -> new ArrayList<>()).addAll(alike);
            }
        });
        return kinds;
    }

    /** Calls of {@code done} that {@link #measure} will make. */
    public int units(Model model) {
        return kinds(model).size() * profile.batches().size();
    }

    /** Measures what is not known yet; changes nothing. {@code done} is called after each kind and batch size. */
    public Plan measure(Model model, Runnable done) {
        Map<Kind, List<Site>> kinds = kinds(model);
        double positions = model.sites().stream().mapToDouble(Site::positions).sum();
        List<List<Map<String, Map<Integer, Reading>>>> times = new ArrayList<>();
        kinds.forEach((kind, sites) -> {
            Weight w = model.param(sites.getFirst()).forward();
            times.add(times(kind, w, (int) Math.ceil(positions / w.positions()), done));
        });
        int[] sites = kinds.values().stream().mapToInt(List::size).toArray();
        Assignment chosen = Assignment.least(times, sites, profile.batches().stream().mapToDouble(Profile.Batch::share).toArray());
        return plan(model, kinds, times, sites, chosen);
    }

    /** From which sparsity on sparse layouts pay, for each shape and batch size of {@code plan}, on weights made up for it. */
    public List<BreakEven> breakEven(Plan plan, Runnable done) {
        return new Crossovers(bench).of(plan, done);
    }

    /** Calls of {@code done} that {@link #breakEven} will make. */
    public static int breakEvenUnits(Plan plan) {
        return Crossovers.shapes(plan).size() * plan.steps().size();
    }

    /** Readings of one kind, by step, layout and width. */
    private List<Map<String, Map<Integer, Reading>>> times(Kind kind, Weight w, int layers, Runnable done) {
        Candidates candidates = Candidates.of(w);
        Map<String, List<Weight>> packed = new LinkedHashMap<>();
        List<Map<String, Map<Integer, Reading>>> byStep = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            for (Profile.Batch batch : profile.batches().reversed()) { // the largest first: there the compiler meets every width at once
                byStep.addFirst(bench.readings(kind.toString(), candidates.names(), batch.tokens(), widths(batch.tokens()),
                        layout -> packed.computeIfAbsent(layout, l -> Bench.copies(layers, n -> candidates.pack(arena, l, n)))));
                done.run();
            }
        }
        return byStep;
    }

    /** Widths worth trying: one that is wider than what holds all tokens would only compute more. */
    private static int[] widths(int tokens) {
        // one token a panel reads the weight once for each: not worth a try where a panel of more is full
        return Arrays.stream(Kernels.WIDTHS).filter(w -> w <= Kernels.widthFor(tokens) && (w > 1 || tokens < Kernels.WIDTHS[1])).toArray();
    }

    private Plan plan(Model model, Map<Kind, List<Site>> kinds, List<List<Map<String, Map<Integer, Reading>>>> times, int[] sites, Assignment chosen) {
        String[] dense = new String[sites.length];
        Arrays.fill(dense, Candidates.DENSE);
        List<Plan.Step> steps = new ArrayList<>();
        for (int s = 0; s < profile.batches().size(); s++) {
            Map<Integer, Double> totals = new LinkedHashMap<>();
            double leastDense = Double.POSITIVE_INFINITY;
            for (int width : widths(profile.batches().get(s).tokens())) {
                totals.put(width, Assignment.total(times, sites, s, chosen.layouts(), width));
                leastDense = Math.min(leastDense, Assignment.total(times, sites, s, dense, width));
            }
            steps.add(new Plan.Step(profile.batches().get(s).tokens(), profile.batches().get(s).share(), chosen.widths()[s], totals, leastDense));
        }
        List<Plan.Kind> described = new ArrayList<>();
        Map<String, Plan.Choice> choices = new LinkedHashMap<>();
        kinds.forEach((kind, alike) -> {
            int k = described.size();
            List<Map<String, Reading>> readings = new ArrayList<>();
            for (int s = 0; s < steps.size(); s++) {
                Map<String, Reading> atWidth = new LinkedHashMap<>();
                int width = chosen.widths()[s];
                times.get(k).get(s).forEach((layout, byWidth) -> atWidth.put(layout, byWidth.get(width)));
                readings.add(atWidth);
            }
            double sparsity = 1 - alike.stream().mapToLong(s -> Candidates.needed(model.param(s).forward())).sum() / (double) alike.size() / kind.rows() / kind.cols();
            described.add(new Plan.Kind(kind.rows(), kind.cols(), kind.layout(), chosen.layouts()[k], sparsity, alike.size(), readings));
            alike.forEach(site -> choices.put(site.name(), new Plan.Choice(site.name(), chosen.layouts()[k], k)));
        });
        return new Plan(bench.machine(), bench.threads(), steps, described, model.sites().stream().map(s -> choices.get(s.name())).toList());
    }
}
