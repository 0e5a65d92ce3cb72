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
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Diao et al. 2023: an index of how unequal weights are says how many can be spared. */
final class SapPqi implements Study {

    private static final int BATCH = 128;

    /** Beyond what the index comes to by itself; the last round, which leaps there, is not looked at. */
    private static final String FAR = "95%";

    /** At the end of a round: live share, index (the mean over layers by their live positions) and accuracy. */
    private record Seen(double live, double index, double right) {
    }

    /** Looks on at the end of every round. */
    private static final class Watch implements Hook {

        private final Lab lab;
        private final int rounds;
        private final List<Seen> seen = new ArrayList<>();

        Watch(Lab lab, int rounds) {
            this.lab = lab;
            this.rounds = rounds;
        }

        @Override
        public void afterStep(Loop loop, long step) {
            long length = loop.steps() / rounds;
            if ((step + 1) % length == 0 && seen.size() < rounds) {
                double index = 0;
                double live = 0;
                double positions = 0;
                for (Site s : loop.model().sites()) {
                    Weight w = loop.model().param(s).forward();
                    index += w.nonZeros() * PqIndex.of(live(w));
                    live += w.nonZeros();
                    positions += s.positions();
                }
                seen.add(new Seen(live / positions, index / live,
                        Evaluation.of(loop.compute(), loop.model(), lab.problem().objective(0), lab.problem().testing(BATCH)).right()));
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

    @Override
    public Claim claim() {
        return new Claim("sap-pqi", "Diao et al. 2023, Pruning Deep Neural Networks from a Sparsity Perspective, arXiv:2302.05601",
                "An index of how unequal the weights are says how many can be pruned in a round; pruning by it beats pruning a fixed share, and the index falls, rises and falls as pruning goes on.",
                "LeNet-300-100, rewound to the start after every pruning: by the index alone; by a fixed share to as many weights in as many rounds; once to as many weights.",
                "remaining weights, those that the index came to with the same seed, and epochs",
                "the index no better than a fixed share, or than one pruning, at the same weights", 8);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(0.2, 1));
        int rounds = lab.quick() ? 3 : 10;
        Map<Long, List<Seen>> index = new HashMap<>(); // the others follow what the index came to
        LongFunction<List<Seen>> own = seed -> index.computeIfAbsent(seed, s -> course(lab, base, "sap(prunings=" + rounds + ")", FAR, s, rounds + 1).subList(0, rounds));
        Map<String, LongFunction<List<Seen>>> rivals = new LinkedHashMap<>();
        rivals.put("by the index", own);
        rivals.put("fixed share", seed -> {
            double live = own.apply(seed).getLast().live();
            return course(lab, base, "tickets(share=" + (1 - Math.pow(live, 1.0 / (rounds - 1))) + ")", Double.toString(1 - live), seed, rounds);
        });
        TrainSettings longer = new TrainSettings(base.model(), base.data(), base.method(), "", "", List.of(), base.epochs() * rounds / 2, BATCH, base.optimizer(), base.rate(),
                base.rates(), 0, base.clip(), 0);
        rivals.put("pruned once", seed -> course(lab, longer, "sap(prunings=1)", Double.toString(1 - own.apply(seed).getLast().live()), seed, 2));
        Map<String, List<List<Seen>>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.getLast().right()));

        Table ends = new Table("At the end", Column.text("rival"), Column.percent("live", 2), Column.percent("accuracy", 2), Column.percent("deviation", 2));
        found.forEach((name, all) -> ends.row(name, Numbers.of(all, c -> c.getLast().live()).mean(), last(all).mean(), last(all).spread()));
        Table course = new Table("Round after round, means over seeds", Column.count("round"), Column.percent("live, by the index", 2), Column.number("index", 4),
                Column.percent("accuracy", 2), Column.percent("live, fixed share", 2), Column.number("its index", 4), Column.percent("its accuracy", 2));
        List<List<Seen>> adaptive = found.get("by the index");
        List<List<Seen>> fixed = found.get("fixed share");
        for (int i = 0; i < rounds; i++) {
            int r = i;
            course.row(r + 1, Numbers.of(adaptive, c -> c.get(r).live()).mean(), Numbers.of(adaptive, c -> c.get(r).index()).mean(), Numbers.of(adaptive, c -> c.get(r).right()).mean(),
                    Numbers.of(fixed, c -> c.get(r).live()).mean(), Numbers.of(fixed, c -> c.get(r).index()).mean(), Numbers.of(fixed, c -> c.get(r).right()).mean());
        }
        return new Findings(List.of(ends, course),
                List.of(new LinePlot("The index", "round", "index of the live weights", List.of(line("by the index", adaptive, rounds), line("fixed share", fixed, rounds)), List.of())),
                List.of(Verdict.above("pruning by the index beats a fixed share at the same weights", 0, last(adaptive).minus(last(fixed))),
                        Verdict.above("pruning by the index beats pruning once to the same weights", 0, last(adaptive).minus(last(found.get("pruned once")))),
                        Verdict.above("the index falls from the first round to the second", 0, Numbers.of(adaptive, c -> c.get(0).index() - c.get(1).index())),
                        Verdict.above("the index rises again by more than 0.01", 0.01, Numbers.of(adaptive, SapPqi::rise))));
    }

    private static Numbers last(List<List<Seen>> all) {
        return Numbers.of(all, c -> c.getLast().right());
    }

    private static List<Seen> course(Lab lab, TrainSettings base, String method, String sparsity, long seed, int rounds) {
        Watch watch = new Watch(lab, rounds);
        Trial.run(base.with(base.model(), method, sparsity).withSeed(seed), lab.problem(), lab.compute(), List.of(watch), loop -> { });
        return watch.seen;
    }

    /** How far the index is, at most, above an earlier round. */
    private static double rise(List<Seen> course) {
        double least = course.getFirst().index();
        double rise = 0;
        for (Seen s : course) {
            rise = Math.max(rise, s.index() - least);
            least = Math.min(least, s.index());
        }
        return rise;
    }

    private static LinePlot.Series line(String name, List<List<Seen>> all, int rounds) {
        return new LinePlot.Series(name, IntStream.range(0, rounds).mapToObj(i -> new LinePlot.Point(i + 1, Numbers.of(all, c -> c.get(i).index()).mean())).toList());
    }
}
