package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.studies.GraphTrial.Outcome;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.model.Gcn;
import dev.filigree.prune.edges.Degrees;
import dev.filigree.prune.edges.Edges;
import dev.filigree.prune.edges.RandomEdges;
import dev.filigree.prune.regime.L0Ball;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.NodeClasses;
import dev.filigree.train.Supervised;
import dev.filigree.train.Taught;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Divergence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Seo et al. 2024: degrees say at once which edges to cut, and one training is enough. */
final class Teddy implements Study {

    /** Of the teacher: 0.1 divergence for 1 cross-entropy, both scaled so that their weights add up to one. */
    private static final double TAUGHT = 0.1 / 1.1;
    private static final int HIDDEN = 16;
    /** What a graph with a fifth of its edges gone may lose to the whole one. */
    private static final double GAP = 0.01;

    /** Shares of edges and weights that go. */
    record Level(double edges, double weights) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f %% edges %.0f %% weights", 100 * edges, 100 * weights);
        }
    }

    @Override
    public Claim claim() {
        return new Claim("teddy", "Seo et al. 2024, TEDDY, arXiv:2402.01261; against Chen et al. 2021, UGS, arXiv:2102.06790",
                "Edges cut at once by degrees alone, with projected weights and the dense network as teacher, beat edges that are learned to be cut round after round.",
                "Kipf and Welling's network of 16 hidden units, 200 epochs a training; 5 to 60 % of the edges and 50 to 90 % of the weights cut; the full graph's network is the teacher.",
                "edges and weights left; each training has the same epochs, the learned masks need one for each 5 % of the edges",
                "random edges, or learned ones, that are as good over all levels; or more than a point lost to the full graph with 20 % of the edges cut", 15);
    }

    @Override
    public String data() {
        return "cora";
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof NodeClasses nodes)) {
            throw new UserError("study teddy: found " + lab.problem().about() + "; expected a graph, such as --data cora");
        }
        List<Level> levels = lab.quick() ? List.of(new Level(0.1, 0.5), new Level(0.2, 0.7))
                : List.of(new Level(0.05, 0.5), new Level(0.2, 0.7), new Level(0.4, 0.8), new Level(0.6, 0.9));
        LongFunction<GraphTrial> trial = seed -> new GraphTrial(lab.compute(), nodes, HIDDEN, (int) lab.choose(40, 200), seed);
        Map<Long, Outcome> teachers = new HashMap<>();
        Map<Long, List<Outcome>> learned = new HashMap<>();
        LongFunction<Outcome> dense = seed -> teachers.computeIfAbsent(seed, s -> dense(trial.apply(s)));
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        rivals.put("full graph, dense", dense);
        for (Level l : levels) {
            rivals.put("degrees " + l, seed -> taught(trial.apply(seed), new Degrees(), l, dense.apply(seed)));
            rivals.put("random " + l, seed -> taught(trial.apply(seed), new RandomEdges(), l, dense.apply(seed)));
            rivals.put("learned " + l, seed -> learned.computeIfAbsent(seed, s -> new UnifiedTickets(trial.apply(s)).run(levels)).get(levels.indexOf(l)));
        }
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * o.right()));
        Table table = new Table("Accuracy and time of all that it takes", Column.text("rival"), Column.count("edges"), Column.percent("zero weights", 1), Column.percent("accuracy", 2),
                Column.percent("deviation", 2), Column.seconds("time"));
        found.forEach((name, all) -> table.row(name, all.getFirst().edges(), all.getFirst().zeros(), right(all).mean(), right(all).spread(), Numbers.of(all, Outcome::seconds).mean()));
        return new Findings(List.of(table), List.of(plot(levels, found)), List.of(
                Verdict.above("degrees beat random edges, mean over levels", 0, over("degrees ", "random ", levels, found)),
                Verdict.above("degrees beat learned edges, mean over levels", 0, over("degrees ", "learned ", levels, found)),
                Verdict.above("with " + levels.get(1) + " cut, degrees are within a point of the full graph", -GAP,
                        right(found.get("degrees " + levels.get(1))).minus(right(found.get("full graph, dense"))))));
    }

    private static Outcome dense(GraphTrial trial) {
        long start = System.nanoTime();
        Gcn network = trial.born(Map.of());
        trial.train(network, trial.problem().graph(), new Supervised(new CrossEntropy(0)), List.of());
        return trial.judged(network, trial.problem().graph(), start);
    }

    private static Outcome taught(GraphTrial trial, Edges edges, Level level, Outcome teacher) {
        long start = System.nanoTime();
        GraphData graph = edges.trim(trial.problem().graph(), level.edges, new Rng(trial.seed()).split("edges"));
        Gcn network = trial.born(Map.of());
        try (Taught step = new Taught(trial.compute(), (ops, batch) -> ops.input(teacher.scores()), new CrossEntropy(0), new Divergence(1), TAUGHT)) {
            trial.train(network, graph, step, new L0Ball().hooks(network.sites(), level.weights));
        }
        return trial.judged(network, graph, start).after(teacher.seconds());
    }

    private static Numbers right(List<Outcome> all) {
        return Numbers.of(all, Outcome::right);
    }

    /** How much better one way to cut is than another, by seed, as the mean over levels. */
    private static Numbers over(String one, String other, List<Level> levels, Map<String, List<Outcome>> found) {
        double[] mean = new double[found.get(one + levels.getFirst()).size()];
        for (Level l : levels) {
            double[] d = right(found.get(one + l)).minus(right(found.get(other + l))).bySeed();
            for (int i = 0; i < d.length; i++) {
                mean[i] += d[i] / levels.size();
            }
        }
        return new Numbers(mean);
    }

    private static LinePlot plot(List<Level> levels, Map<String, List<Outcome>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String way : List.of("degrees", "random", "learned")) {
            lines.add(new LinePlot.Series(way, levels.stream().map(l -> new LinePlot.Point(100 * l.edges, right(found.get(way + " " + l)).mean())).toList()));
        }
        return new LinePlot("Accuracy against edges cut", "edges cut, per cent", "accuracy", lines, List.of(new LinePlot.Level("full graph", right(found.get("full graph, dense")).mean())));
    }
}
