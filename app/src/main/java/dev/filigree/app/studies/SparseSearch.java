package dev.filigree.app.studies;

import dev.filigree.app.report.ColumnPlot;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Supernet;
import dev.filigree.model.Supernet.Operation;
import dev.filigree.prune.Parts;
import dev.filigree.prune.regime.Mixture;
import dev.filigree.prune.regime.Regime;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Classification;
import dev.filigree.train.Hook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Mousavi et al. 2022: an architecture that is to be sparse is to be searched sparse. */
final class SparseSearch implements Study {

    private static final int EDGES = 3;
    private static final int WIDTH = 16;
    private static final double ZEROS = 0.95;
    private static final double RATE = 0.02; // of what operations count for
    private static final int RANDOM = 3; // architectures for each seed

    private static final String SPARSE = "searched sparse";
    private static final String DENSE = "searched dense, pruned then";

    /** An architecture, what its operations counted for in the search (empty without), and how good it is sparse. */
    private record Found(List<Operation> operations, double[][] shares, double live, double right) {
    }

    @Override
    public Claim claim() {
        return new Claim("dass", "Mousavi et al. 2022, DASS, arXiv:2207.06968; the search without sparsity: Liu et al. 2018, DARTS, arXiv:1806.09055",
                "An architecture that was searched for with sparse weights is better, when it is sparse, than one that was searched for dense and pruned afterwards.",
                "Three edges of " + WIDTH + " channels, each 3x3, 5x5, pooling or nothing; a supernet is trained dense, then weights, positions (95 % zeros) and shares of operations are learned in turn; what counts most is trained anew, pruned on the way to one number of live weights.",
                "live weights, 5 % of those of 5x5 on every edge, and so multiplications at the edges; steps of the searches; epochs of what was found",
                "an architecture that is no better than that of the dense search, or than random ones", 15);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study dass: found " + lab.problem().about() + ", expected labelled images; choose another --data");
        }
        Map<String, LongFunction<Found>> rivals = new LinkedHashMap<>();
        Map<String, Found> tried = new HashMap<>(); // the same architecture with the same seed is the same network
        rivals.put(SPARSE, seed -> search(lab, all, true, tried, seed));
        rivals.put(DENSE, seed -> search(lab, all, false, tried, seed));
        for (int i = 1; i <= RANDOM; i++) {
            String name = "random " + i;
            rivals.put(name, seed -> {
                Rng rng = new Rng(seed).split(name);
                List<Operation> drawn = IntStream.range(0, EDGES).mapToObj(e -> Operation.values()[rng.nextInt(Operation.values().length)]).toList();
                return trained(lab, all, drawn, new double[0][], tried, seed);
            });
        }
        Map<String, List<Found>> found = lab.each(rivals, f -> String.format(Locale.ROOT, "%s: accuracy %.2f %%", f.operations, 100 * f.right));
        Table t = new Table("Sparse accuracy of the architectures", Column.text("found by"), Column.text("operations, seed by seed"), Column.count("live"), Column.percent("accuracy", 2), Column.percent("deviation", 2));
        found.forEach((name, f) -> t.row(name, String.join("; ", f.stream().map(SparseSearch::text).toList()), Math.round(Numbers.of(f, Found::live).mean()), right(f).mean(), right(f).spread()));
        double[] chance = new double[found.get(SPARSE).size()];
        for (int i = 1; i <= RANDOM; i++) {
            double[] one = right(found.get("random " + i)).bySeed();
            for (int s = 0; s < chance.length; s++) {
                chance[s] += one[s] / RANDOM;
            }
        }
        Table shares = shares(found);
        return new Findings(List.of(t, shares), List.of(plot(found)), List.of(
                Verdict.above("searched sparse beats searched dense", 0, right(found.get(SPARSE)).minus(right(found.get(DENSE)))),
                Verdict.above("searched sparse beats the mean of random architectures", 0, right(found.get(SPARSE)).minus(new Numbers(chance)))));
    }

    private static String text(Found f) {
        return String.join(" ", f.operations.stream().map(Operation::toString).toList());
    }

    private static Numbers right(List<Found> all) {
        return Numbers.of(all, Found::right);
    }

    /** Searches and trains what was found. */
    private static Found search(Lab lab, Classification all, boolean sparse, Map<String, Found> tried, long seed) {
        Course course = course(lab, all);
        Rng rng = new Rng(seed);
        Supernet net = course.born(new Supernet(all.input(), all.outputs(), WIDTH, Collections.nCopies(EDGES, List.of(Operation.values()))), rng.split("supernet"));
        long first = course.steps(lab.choose(1, 2));
        List<Hook> hooks = new ArrayList<>();
        if (sparse) {
            Regime regime = Parts.REGIMES.make("bip(implicit=0)"); // the first half dense, then weights and positions in turn
            hooks.addAll(regime.hooks(net.sites(), ZEROS));
        }
        Mixture mixture = new Mixture(net, RATE, first);
        hooks.add(mixture);
        course.train(net, course.supervised(), 2 * first, hooks, rng.split("search"));
        double[][] shares = IntStream.range(0, EDGES).mapToObj(mixture::shares).toArray(double[][]::new);
        return trained(lab, all, mixture.best(), shares, tried, seed);
    }

    private static Found trained(Lab lab, Classification all, List<Operation> operations, double[][] shares, Map<String, Found> tried, long seed) {
        Found before = tried.computeIfAbsent(operations + " " + seed, key -> {
            Course course = course(lab, all);
            Rng rng = new Rng(seed);
            Supernet net = course.born(new Supernet(all.input(), all.outputs(), WIDTH, operations.stream().map(List::of).toList()), rng.split("network"));
            Supernet largest = new Supernet(all.input(), all.outputs(), WIDTH, Collections.nCopies(EDGES, List.of(Operation.CONV5)));
            double zeros = Math.max(0, 1 - (1 - ZEROS) * largest.positions() / net.positions());
            List<Hook> hooks = zeros == 0 ? List.of() : Parts.REGIMES.make("gmp(allocation=erk)").hooks(net.sites(), zeros);
            course.train(net, lab.choose(0.5, 5), hooks, rng.split("network training"));
            return new Found(operations, shares, net.live(), course.score(net).right());
        });
        return new Found(operations, shares, before.live, before.right);
    }

    private static Course course(Lab lab, Classification all) {
        int count = (int) lab.choose(500, 12_000);
        return Course.sgd(lab.compute(), new Classification(Relabelled.of(all.data(), count, 0, new Rng(0))), 0.1);
    }

    private static Table shares(Map<String, List<Found>> found) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("search"), Column.count("edge")));
        Arrays.stream(Operation.values()).forEach(o -> columns.add(Column.percent(o.toString(), 1)));
        Table t = new Table("What operations count for at the end of a search, means over seeds", columns.toArray(Column[]::new));
        for (String name : List.of(SPARSE, DENSE)) {
            for (int e = 0; e < EDGES; e++) {
                List<Object> row = new ArrayList<>(List.of(name, e + 1));
                for (int k = 0; k < Operation.values().length; k++) {
                    row.add(share(found.get(name), e, k));
                }
                t.row(row.toArray());
            }
        }
        return t;
    }

    private static double share(List<Found> all, int edge, int operation) {
        return Numbers.of(all, f -> f.shares[edge][operation]).mean();
    }

    private static ColumnPlot plot(Map<String, List<Found>> found) {
        double[][] values = new double[EDGES * 2][Operation.values().length];
        List<String> groups = new ArrayList<>();
        for (String name : List.of(SPARSE, DENSE)) {
            for (int e = 0; e < EDGES; e++) {
                for (int k = 0; k < Operation.values().length; k++) {
                    values[groups.size()][k] = share(found.get(name), e, k);
                }
                groups.add(name.split(",")[0] + " " + (e + 1));
            }
        }
        return new ColumnPlot("What operations count for", "share", groups, Arrays.stream(Operation.values()).map(Operation::toString).toList(), values, 1);
    }
}
