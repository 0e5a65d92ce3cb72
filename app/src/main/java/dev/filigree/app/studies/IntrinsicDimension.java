package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Adam;
import dev.filigree.train.Classification;
import dev.filigree.train.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Li et al. 2018: how many directions a task needs, whatever the size of the network. */
final class IntrinsicDimension implements Study {

    private static final double SHARE = 0.9; // of what all parameters reach
    private static final double STABLE = 1.5;
    private static final int MIDDLE = 200;
    private static final int FEW = 1000; // examples whose labels are guessed

    /** Accuracy with all parameters and with each number of directions. */
    private record Reached(double all, double[] with, long parameters) {

        /** Directions at which the share is reached, between two of them along the logarithm; the end of the ladder where it never is. */
        double dimension(List<Integer> ladder) {
            double aim = SHARE * all;
            for (int i = 0; i < with.length; i++) {
                if (with[i] >= aim) {
                    double below = i == 0 ? 0 : with[i - 1];
                    double from = Math.log(i == 0 ? 1 : ladder.get(i - 1));
                    return Math.exp(from + (Math.log(ladder.get(i)) - from) * (below >= aim ? 0 : (aim - below) / (with[i] - below)));
                }
            }
            return ladder.getLast();
        }
    }

    @Override
    public Claim claim() {
        return new Claim("intrinsic-dimension", "Li et al. 2018, Measuring the Intrinsic Dimension of Objective Landscapes, arXiv:1804.08838",
                "A network that may move in a few hundred random directions alone reaches 90 % of what it reaches with all parameters; how many it takes is a property of the task and hardly changes with the width, and far more are needed for random labels.",
                "Two hidden layers of 50 to 400, Adam; 50 to 800 random sparse directions, drawn anew from their seed whenever they are needed; for random labels " + FEW + " images, judged on themselves.",
                "steps",
                "numbers of directions that differ by more than 1.5 between widths, fewer than 100 parameters for each of them, or random labels that need less than twice as many as true ones", 10);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification data)) {
            throw new UserError("study intrinsic-dimension: found " + lab.problem().about() + ", expected labelled examples; choose another --data");
        }
        List<Integer> ladder = lab.quick() ? List.of(10, 100) : List.of(50, 100, 200, 400, 800);
        List<Integer> widths = lab.quick() ? List.of(20, 40) : List.of(50, 100, MIDDLE, 400);
        int middle = lab.quick() ? 40 : MIDDLE;
        Map<String, LongFunction<Reached>> rivals = new LinkedHashMap<>();
        for (int width : widths) {
            rivals.put("width " + width, seed -> climb(lab, some(data, lab.quick() ? 500 : 10_000, 0, seed), width, lab.choose(2, 4), ladder, seed));
        }
        rivals.put("few images, true labels", seed -> climb(lab, oneself(some(data, lab.quick() ? 100 : FEW, 0, seed)), middle, lab.choose(2, 40), ladder, seed));
        rivals.put("few images, random labels", seed -> climb(lab, oneself(some(data, lab.quick() ? 100 : FEW, 1, seed)), middle, lab.choose(2, 40), ladder, seed));
        Map<String, List<Reached>> found = lab.each(rivals, r -> String.format(Locale.ROOT, "%.0f directions", r.dimension(ladder)));
        List<Column> columns = new ArrayList<>(List.of(Column.text("run"), Column.count("parameters"), Column.percent("all of them", 1)));
        ladder.forEach(d -> columns.add(Column.percent(d.toString(), 1)));
        columns.addAll(List.of(Column.count("directions to 90 %"), Column.count("deviation")));
        Table t = new Table("Accuracy with so many directions (few images: on those that were learned)", columns.toArray(Column[]::new));
        found.forEach((name, all) -> {
            List<Object> row = new ArrayList<>(List.of(name, all.getFirst().parameters, Numbers.of(all, Reached::all).mean()));
            for (int i = 0; i < ladder.size(); i++) {
                int at = i;
                row.add(Numbers.of(all, r -> r.with[at]).mean());
            }
            row.add(Math.round(dimension(all, ladder).mean()));
            row.add(dimension(all, ladder).spread());
            t.row(row.toArray());
        });
        List<Reached> wide = found.get("width " + middle);
        return new Findings(List.of(t), List.of(plot(ladder, found)), List.of(
                Verdict.above("the directions differ by less than a factor of 1.5 between widths (logarithm to spare)", 0, spread(widths, ladder, found)),
                Verdict.above("width " + middle + " has more than 100 parameters for each direction it needs", 100, Numbers.of(wide, r -> r.parameters / r.dimension(ladder))),
                Verdict.above("random labels need more than twice as many directions as true ones (times)", 2, times(ladder, found))));
    }

    private static Numbers dimension(List<Reached> all, List<Integer> ladder) {
        return Numbers.of(all, r -> r.dimension(ladder));
    }

    /** How much smaller than the factor that is allowed, by seed. */
    private static Numbers spread(List<Integer> widths, List<Integer> ladder, Map<String, List<Reached>> found) {
        double[] spare = new double[found.get("width " + widths.getFirst()).size()];
        for (int s = 0; s < spare.length; s++) {
            int seed = s;
            double[] all = widths.stream().mapToDouble(w -> Math.log(found.get("width " + w).get(seed).dimension(ladder))).toArray();
            spare[s] = Math.log(STABLE) - (Arrays.stream(all).max().orElseThrow() - Arrays.stream(all).min().orElseThrow());
        }
        return new Numbers(spare);
    }

    private static Numbers times(List<Integer> ladder, Map<String, List<Reached>> found) {
        double[] guessed = dimension(found.get("few images, random labels"), ladder).bySeed().clone();
        double[] right = dimension(found.get("few images, true labels"), ladder).bySeed();
        for (int i = 0; i < guessed.length; i++) {
            guessed[i] /= right[i];
        }
        return new Numbers(guessed);
    }

    private static DataSet some(Classification data, int count, double guessed, long seed) {
        return Relabelled.of(data.data(), count, guessed, new Rng(seed).split("labels"));
    }

    /** Judged on what it learned. */
    private static DataSet oneself(DataSet data) {
        return new DataSet(data.name(), data.origin(), data.train(), data.train());
    }

    private static Reached climb(Lab lab, DataSet data, int width, double epochs, List<Integer> ladder, long seed) {
        double all = right(lab, data, width, epochs, () -> new Adam(0.9, 0.999, 1e-8, 0), 0.001, seed);
        double[] with = ladder.stream().mapToDouble(d -> right(lab, data, width, epochs, () -> new Subspace(d, seed), 0.3, seed)).toArray();
        int in = data.train().shape().size();
        int out = data.train().classes().size();
        return new Reached(all, with, (in + 1L) * width + (width + 1L) * width + (width + 1L) * out);
    }

    private static double right(Lab lab, DataSet data, int width, double epochs, Supplier<Optimizer> optimizer, double rate, long seed) {
        Rng rng = new Rng(seed);
        Course course = new Course(lab.compute(), new Classification(data), 128, optimizer, rate, "cosine", Double.MAX_VALUE);
        Network n = course.born("mlp(hidden=" + width + "-" + width + ")", rng.split("birth"));
        course.train(n, epochs, List.of(), rng);
        return course.score(n).right();
    }

    private static LinePlot plot(List<Integer> ladder, Map<String, List<Reached>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            List<LinePlot.Point> points = new ArrayList<>();
            for (int i = 0; i < ladder.size(); i++) {
                int at = i;
                points.add(new LinePlot.Point(Math.log10(ladder.get(i)), Numbers.of(all, r -> r.with[at]).mean() / Numbers.of(all, Reached::all).mean()));
            }
            lines.add(new LinePlot.Series(name, points));
        });
        return new LinePlot("Share of the accuracy with all parameters", "directions, log10", "share", lines, List.of(new LinePlot.Level("90 %", SHARE)));
    }
}
