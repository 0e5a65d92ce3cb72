package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.base.Floats;
import dev.filigree.model.Site;
import dev.filigree.prune.regime.PqIndex;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Diao et al. 2023: an index of how unequal weights are says how many can be spared. */
final class SapPqi implements Study {

    private static final double TARGET = 0.95;

    /** Looks on at the end of every round: live share and index, the mean over layers by their live positions. */
    private static final class Rounds implements Hook {

        private final int count;
        private final List<double[]> seen = new ArrayList<>();

        Rounds(int count) {
            this.count = count;
        }

        @Override
        public void afterStep(Loop loop, long step) {
            long length = loop.steps() / count;
            if ((step + 1) % length == 0 && seen.size() < count) {
                double index = 0;
                double live = 0;
                double positions = 0;
                for (Site s : loop.model().sites()) {
                    Weight w = loop.model().param(s).forward();
                    index += w.nonZeros() * PqIndex.of(live(w));
                    live += w.nonZeros();
                    positions += s.positions();
                }
                seen.add(new double[] {live / positions, index / live});
            }
        }

        /** Without the zeros of a layout's spare room. */
        private static Floats live(Weight w) {
            Floats slots = Slots.of(w);
            Floats live = Floats.allocate(Math.toIntExact(w.nonZeros()));
            int[] at = new int[1];
            w.forEach((r, c, slot, v) -> live.set(at[0]++, slots.get(slot)));
            return live;
        }
    }

    private record Course(Trial.Result result, List<double[]> rounds) {
        double right() {
            return result.last().right();
        }
    }

    @Override
    public Claim claim() {
        return new Claim("sap-pqi", "Diao et al. 2023, Pruning Deep Neural Networks from a Sparsity Perspective, arXiv:2302.05601",
                "An index of how unequal the weights are says how many can be pruned in a round; pruning by it beats pruning a fixed share, and the index falls, rises and falls as pruning goes on.",
                "LeNet-300-100 pruned to 95 % and rewound to the start, by the index and by a fixed share of 30 %, in as many rounds; pruned once with as many epochs.",
                "epochs, rounds and remaining weights",
                "the index no better than a fixed share at equal rounds, or than one pruning", 8);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(0.2, 1));
        String sparsity = Double.toString(TARGET);
        String share = lab.quick() ? "0.65" : "0.3";
        int prunings = lab.quick() ? 3 : 9; // as many as the fixed share takes
        int rounds = prunings + 1;
        TrainSettings once = new TrainSettings(base.model(), base.data(), "sap(prunings=1)", sparsity, "", List.of(), base.epochs() * rounds / 2, base.batch(), base.optimizer(),
                base.rate(), base.rates(), 0, base.clip(), 0);
        Map<String, LongFunction<Course>> rivals = new LinkedHashMap<>();
        rivals.put("by the index", seed -> course(lab, base.with(base.model(), "sap(prunings=" + prunings + ")", sparsity).withSeed(seed), rounds));
        rivals.put("fixed share", seed -> course(lab, base.with(base.model(), "tickets(share=" + share + ")", sparsity).withSeed(seed), rounds));
        rivals.put("pruned once", seed -> course(lab, once.withSeed(seed), 2));
        Map<String, List<Course>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.right()));

        Table ends = new Table("Accuracy at the end", Column.text("rival"), Column.percent("live", 2), Column.percent("accuracy", 2), Column.percent("deviation", 2));
        found.forEach((name, all) -> ends.row(name, all.getFirst().rounds().getLast()[0], Numbers.of(all, Course::right).mean(), Numbers.of(all, Course::right).spread()));
        Table course = new Table("Round after round, means over seeds", Column.count("round"), Column.percent("live, by the index", 2), Column.number("index", 4),
                Column.percent("live, fixed share", 2), Column.number("index there", 4));
        List<Course> index = found.get("by the index");
        List<Course> fixed = found.get("fixed share");
        for (int i = 0; i < rounds; i++) {
            int round = i;
            course.row(round + 1, Numbers.of(index, c -> c.rounds().get(round)[0]).mean(), Numbers.of(index, c -> c.rounds().get(round)[1]).mean(),
                    Numbers.of(fixed, c -> c.rounds().get(round)[0]).mean(), Numbers.of(fixed, c -> c.rounds().get(round)[1]).mean());
        }
        Numbers own = Numbers.of(index, Course::right);
        return new Findings(List.of(ends, course), List.of(new LinePlot("The index", "round", "index of the live weights", List.of(line("by the index", index, rounds),
                line("fixed share", fixed, rounds)), List.of())),
                List.of(Verdict.above("pruning by the index beats a fixed share", 0, own.minus(Numbers.of(fixed, Course::right))),
                        Verdict.above("pruning by the index beats pruning once", 0, own.minus(Numbers.of(found.get("pruned once"), Course::right))),
                        Verdict.above("the index falls from the first round to the second", 0, Numbers.of(index, c -> c.rounds().get(0)[1] - c.rounds().get(1)[1])),
                        Verdict.above("the index rises again by more than 0.01", 0.01, Numbers.of(index, SapPqi::rise))));
    }

    private static Course course(Lab lab, TrainSettings settings, int rounds) {
        Rounds watch = new Rounds(rounds);
        return new Course(Trial.run(settings, lab.problem(), lab.compute(), List.of(watch), loop -> { }), watch.seen);
    }

    /** How far the index is, at most, above an earlier round. */
    private static double rise(Course c) {
        double least = Double.MAX_VALUE;
        double rise = Double.NEGATIVE_INFINITY;
        for (double[] r : c.rounds()) {
            rise = least < Double.MAX_VALUE ? Math.max(rise, r[1] - least) : rise;
            least = Math.min(least, r[1]);
        }
        return rise;
    }

    private static LinePlot.Series line(String name, List<Course> all, int rounds) {
        return new LinePlot.Series(name, IntStream.range(0, rounds).mapToObj(i -> new LinePlot.Point(i + 1, Numbers.of(all, c -> c.rounds().get(i)[1]).mean())).toList());
    }
}
