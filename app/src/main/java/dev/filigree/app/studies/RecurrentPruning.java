package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;

/** Darji 2021: how long recurrent networks need to recover from pruning. */
final class RecurrentPruning implements Study {

    private static final List<String> CELLS = List.of("tanh", "relu", "gru", "lstm");
    private static final double BACK = 0.01; // of the accuracy before, at most lost
    private static final double MUCH = 0.8;
    private static final double MOST = 0.9;
    private static final double FEW_EPOCHS = 3;
    private static final int FORGOTTEN = 8; // epochs after which nobody waits any longer

    /** Which weights of a layer are cut. */
    private enum Part {
        INPUT("inputs"), RECURRENT("states"), BOTH("both");

        private final String text;

        Part(String text) {
            this.text = text;
        }

        boolean has(Site s) {
            return s.role() == Role.INPUT && this != RECURRENT || s.role() == Role.RECURRENT && this != INPUT;
        }
    }

    /** A cell, what is cut of it and how much. */
    private record Cut(String cell, Part part, double zeros) {

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s, %s, %.0f %%", cell, part.text, 100 * zeros);
        }
    }

    /** Accuracy before and right after a cut, and epochs until it was back; {@link #FORGOTTEN} where it never was. */
    private record Outcome(double before, double after, double epochs) {
    }

    @Override
    public Claim claim() {
        return new Claim("rnn-sparsity", "Darji 2021, Investigating Sparsity in Recurrent Neural Networks, arXiv:2407.20601",
                "Recurrent networks of every cell regain their accuracy within a few epochs after most of their weights were cut, and how many it takes depends on the cell and on which weights are cut.",
                "One layer of 32 units with tanh, ReLU, GRU and LSTM cells learns whether a string is of the embedded Reber grammar; the smallest weights at inputs, states or both are cut at once and the rest trained on.",
                "epochs to learn, 20; at most " + FORGOTTEN + " to regain",
                "more than " + (int) FEW_EPOCHS + " epochs with 80 % of the weights cut, gated cells that need as many as plain ones at 90 %, or weights at the states that are no harder to spare than those at the inputs", 10);
    }

    @Override
    public String data() {
        return "reber";
    }

    @Override
    public Findings run(Lab lab) {
        Course course = new Course(lab.compute(), lab.problem(), 64, "adam(b2=0.999)", 0.005, "constant", 1);
        List<Double> levels = lab.quick() ? List.of(MUCH, MOST) : List.of(0.1, 0.3, 0.5, 0.7, MUCH, MOST);
        Map<String, Network> learned = new HashMap<>();
        Map<Cut, LongFunction<Outcome>> cuts = new LinkedHashMap<>();
        for (String cell : CELLS) {
            for (Part part : Part.values()) {
                for (double zeros : levels) {
                    Cut cut = new Cut(cell, part, zeros);
                    cuts.put(cut, seed -> cut(lab, course, cut, learned.computeIfAbsent(cell + seed, s -> learn(lab, course, cell, seed)), seed));
                }
            }
        }
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        cuts.forEach((cut, run) -> rivals.put(cut.toString(), run));
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "accuracy %.1f %%, back after %.0f epochs", 100 * o.after, o.epochs));
        return new Findings(List.of(epochs(levels, found), after(levels, found)), List.of(plot(levels, found)), List.of(
                Verdict.above("with 80 % of both cut, cells are back within " + (int) FEW_EPOCHS + " epochs (epochs to spare, mean over cells)", 0, spare(mean(found, CELLS, List.of(Part.BOTH), List.of(MUCH)))),
                Verdict.above("with 90 % of both cut, gated cells are back sooner than plain ones", 0,
                        mean(found, CELLS.subList(0, 2), List.of(Part.BOTH), List.of(MOST)).minus(mean(found, CELLS.subList(2, 4), List.of(Part.BOTH), List.of(MOST)))),
                Verdict.above("weights at the states take longer to make up for than those at the inputs (mean over cells and levels)", 0,
                        mean(found, CELLS, List.of(Part.RECURRENT), levels).minus(mean(found, CELLS, List.of(Part.INPUT), levels)))));
    }

    private static Numbers spare(Numbers epochs) {
        return new Numbers(Arrays.stream(epochs.bySeed()).map(e -> FEW_EPOCHS - e).toArray());
    }

    private static String model(String cell) {
        return "recurrent-classifier(hidden=32,cell=" + cell + ")";
    }

    private static Network learn(Lab lab, Course course, String cell, long seed) {
        Network n = course.born(model(cell), new Rng(seed).split("birth"));
        course.train(n, lab.choose(0.1, 20), List.of(), new Rng(seed).split("learn"));
        return n;
    }

    private static Outcome cut(Lab lab, Course course, Cut cut, Network learned, long seed) {
        double before = course.score(learned).right();
        Network n = course.like(model(cut.cell), learned);
        Cuts.keep(n, Cuts.largest(n, n.sites().stream().filter(cut.part::has).toList(), cut.zeros));
        double after = course.score(n).right();
        double right = after;
        int epochs = 0;
        int most = (int) lab.choose(1, FORGOTTEN);
        long epoch = course.steps(lab.choose(0.1, 1));
        try (Loop loop = course.loop(n, course.supervised(), most * epoch, List.of(), new Rng(seed).split("regain"))) {
            for (; right < before - BACK && epochs < most; epochs++) {
                for (int s = 0; s < epoch; s++) {
                    loop.advance();
                }
                right = course.score(n).right();
            }
        }
        return new Outcome(before, after, right < before - BACK ? FORGOTTEN : epochs);
    }

    /** Epochs to regain, the mean over some cuts. */
    private static Numbers mean(Map<String, List<Outcome>> found, List<String> cells, List<Part> parts, List<Double> levels) {
        List<Numbers> all = new ArrayList<>();
        cells.forEach(c -> parts.forEach(p -> levels.forEach(z -> all.add(Numbers.of(found.get(new Cut(c, p, z).toString()), Outcome::epochs)))));
        double[] mean = new double[all.getFirst().bySeed().length];
        for (Numbers n : all) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += n.bySeed()[i] / all.size();
            }
        }
        return new Numbers(mean);
    }

    private static Table epochs(List<Double> levels, Map<String, List<Outcome>> found) {
        return table("Epochs until the accuracy is back within a point, by the share that was cut (" + FORGOTTEN + " where it never was)", levels, found, z -> Column.number(z, 1), Outcome::epochs);
    }

    private static Table after(List<Double> levels, Map<String, List<Outcome>> found) {
        return table("Accuracy right after the cut", levels, found, z -> Column.percent(z, 1), Outcome::after);
    }

    private static Table table(String title, List<Double> levels, Map<String, List<Outcome>> found, Function<String, Column> column,
            ToDoubleFunction<Outcome> number) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("cell"), Column.text("cut"), Column.percent("accuracy before", 1)));
        levels.forEach(z -> columns.add(column.apply(String.format(Locale.ROOT, "%.0f %%", 100 * z))));
        Table t = new Table(title, columns.toArray(Column[]::new));
        for (String cell : CELLS) {
            for (Part part : Part.values()) {
                List<Object> row = new ArrayList<>(List.of(cell, part.text, Numbers.of(found.get(new Cut(cell, part, levels.getFirst()).toString()), Outcome::before).mean()));
                levels.forEach(z -> row.add(Numbers.of(found.get(new Cut(cell, part, z).toString()), number).mean()));
                t.row(row.toArray());
            }
        }
        return t;
    }

    private static LinePlot plot(List<Double> levels, Map<String, List<Outcome>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String cell : CELLS) {
            lines.add(new LinePlot.Series(cell, levels.stream().map(z -> new LinePlot.Point(100 * z, mean(found, List.of(cell), List.of(Part.BOTH), List.of(z)).mean())).toList()));
        }
        return new LinePlot("Epochs to regain the accuracy, both parts cut", "per cent of the weights cut", "epochs", lines, List.of());
    }
}
