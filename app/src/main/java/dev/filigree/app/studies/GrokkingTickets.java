package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Minegishi et al. 2023: the positions that a network has when it generalises make another one generalise sooner. */
final class GrokkingTickets implements Study {

    private static final String MODEL = "mlp(hidden=512)";
    private static final double ZEROS = 0.4;
    private static final double MANY_ZEROS = 0.8;
    private static final double GENERALISES = 0.95;
    private static final double HALF = 0.5;
    private static final double MEMORISED = 0.999;
    private static final int LOOK = 20; // steps between looks at quality

    private static final String DENSE = "dense";
    private static final String NORM = "dense, norm of the ticket";
    private static final String TICKET = "ticket";
    private static final String SPARSER = "ticket of 80 % zeros";
    private static final String EARLY = "ticket of the memorising network";
    private static final String RANDOM = "random positions";
    private static final String SNIP = "SNIP";

    /** What was seen of a network, look by look, and how long one looked at most. */
    private record Run(int limit, double live, List<LinePlot.Point> curve) {

        /** Steps until so large a share was right, or all of them. */
        double steps(double share) {
            return curve.stream().filter(p -> p.y() >= share).mapToDouble(LinePlot.Point::x).findFirst().orElse(limit);
        }

        double right() {
            return curve.getLast().y();
        }
    }

    /** The dense run of a seed, and the positions that it had in the end and when it had memorised. */
    private record Whole(Run run, long memorised, Map<Site, Topology> ticket, Map<Site, Topology> sparser, Map<Site, Topology> early) {
    }

    @Override
    public Claim claim() {
        return new Claim("grokking-tickets", "Minegishi et al. 2023, Grokking Tickets, arXiv:2310.19470; grokking: Power et al. 2022, arXiv:2201.02177",
                "Put back to the beginning, the positions of a network that has grokked generalise in far fewer steps than the dense network; random ones, those chosen before training and those of the network that only memorised do not.",
                "All sums modulo 47, 40 % of the pairs held out; a hidden layer of 512, AdamW with weight decay 1, whole batches; 40 % of the weights cut by one threshold, from the same first values.",
                "steps at most, and the positions of each layer (random) or of all (SNIP, memorised)",
                "a ticket that needs as many steps to 95 % as the dense network, the dense network with its norm, or any other network of as many positions", 10);
    }

    @Override
    public String data() {
        return "modular-sums";
    }

    @Override
    public Findings run(Lab lab) {
        int limit = (int) lab.choose(60, 3000);
        Course course = new Course(lab.compute(), lab.problem(), lab.problem().training(1, new Rng(0)).count(), "adam(decay=1)", 0.005, "constant", Double.MAX_VALUE);
        Map<Long, Whole> wholes = new HashMap<>();
        LongFunction<Whole> dense = seed -> wholes.computeIfAbsent(seed, s -> whole(course, s, limit));
        Map<String, LongFunction<Run>> rivals = new LinkedHashMap<>();
        rivals.put(DENSE, seed -> dense.apply(seed).run);
        rivals.put(NORM, seed -> again(course, like(born(course, seed), dense.apply(seed).ticket), seed, limit));
        rivals.put(TICKET, seed -> again(course, Cuts.keep(born(course, seed), dense.apply(seed).ticket), seed, limit));
        rivals.put(SPARSER, seed -> again(course, Cuts.keep(born(course, seed), dense.apply(seed).sparser), seed, limit));
        rivals.put(EARLY, seed -> again(course, Cuts.keep(born(course, seed), dense.apply(seed).early), seed, limit));
        rivals.put(RANDOM, seed -> again(course, Cuts.keep(born(course, seed), Cuts.random(dense.apply(seed).ticket, new Rng(seed).split("random"))), seed, limit));
        rivals.put(SNIP, seed -> {
            Network n = born(course, seed);
            return grok(course, n, seed, limit, Parts.REGIMES.make("snip").hooks(n.sites(), ZEROS));
        });
        Map<String, List<Run>> found = lab.each(rivals, r -> String.format(Locale.ROOT, "%.0f steps", r.steps(GENERALISES)));
        Table t = new Table("Steps until shares of what was held out are right (" + limit + " where they never are)", Column.text("rival"), Column.percent("live", 1), Column.count("to 50 %"),
                Column.count("to 95 %"), Column.count("deviation"), Column.ratio("as fast as dense to 50 %"), Column.ratio("as fast to 95 %"), Column.percent("right at the end", 1));
        List<Run> all = found.get(DENSE);
        found.forEach((name, runs) -> t.row(name, runs.getFirst().live, Math.round(steps(runs, HALF).mean()), Math.round(steps(runs, GENERALISES).mean()), steps(runs, GENERALISES).spread(),
                steps(all, HALF).mean() / steps(runs, HALF).mean(), steps(all, GENERALISES).mean() / steps(runs, GENERALISES).mean(), Numbers.of(runs, Run::right).mean()));
        Table memory = new Table("The dense network", Column.text("stage"), Column.count("steps"));
        memory.row("memorised: " + 100 * MEMORISED + " % of what is learned from right", Math.round(Numbers.of(wholes.values(), Whole::memorised).mean()));
        memory.row("generalised: " + 100 * GENERALISES + " % of what was held out right", Math.round(steps(all, GENERALISES).mean()));
        return new Findings(List.of(t, memory), List.of(plot(found)), List.of(
                saves("dense", DENSE, GENERALISES, found), saves("the dense network of its norm", NORM, GENERALISES, found), saves("as many random positions", RANDOM, GENERALISES, found),
                saves("SNIP", SNIP, GENERALISES, found), saves("the ticket of the memorising network", EARLY, GENERALISES, found), saves("dense", DENSE, HALF, found),
                saves("the dense network of its norm", NORM, HALF, found)));
    }

    /** Whether a ticket takes fewer steps, in shares of those of the dense network. */
    private static Verdict saves(String other, String name, double share, Map<String, List<Run>> found) {
        double[] saved = steps(found.get(name), share).minus(steps(found.get(TICKET), share)).bySeed();
        for (int i = 0; i < saved.length; i++) {
            saved[i] /= found.get(DENSE).get(i).steps(share);
        }
        return Verdict.above(String.format(Locale.ROOT, "a ticket needs fewer steps to %.0f %% than %s (share of the dense network's)", 100 * share, other), 0, new Numbers(saved));
    }

    private static Numbers steps(List<Run> runs, double share) {
        return Numbers.of(runs, r -> r.steps(share));
    }

    private static Network born(Course course, long seed) {
        return course.born(MODEL, new Rng(seed).split("birth"));
    }

    /** Trains the dense network to the limit, for a ticket is drawn where it generalises as well as it ever will. */
    private static Whole whole(Course course, long seed, int limit) {
        Network n = born(course, seed);
        List<LinePlot.Point> curve = new ArrayList<>();
        long memorised = limit;
        Map<Site, Topology> early = null;
        try (Loop loop = course.loop(n, course.supervised(), limit, List.of(), new Rng(seed))) {
            for (int s = 1; s <= limit; s++) {
                double learned = loop.advance().parts().get("accuracy");
                if (early == null && (learned >= MEMORISED || s == limit)) {
                    early = Cuts.largest(n, ZEROS);
                    memorised = s;
                }
                if (s % LOOK == 0) {
                    curve.add(new LinePlot.Point(s, course.score(n).right()));
                }
            }
        }
        return new Whole(new Run(limit, 1, curve), memorised, Cuts.largest(n, ZEROS), Cuts.largest(n, MANY_ZEROS), early);
    }

    private static Run again(Course course, Network n, long seed, int limit) {
        return grok(course, n, seed, limit, List.of());
    }

    /** Trains until it generalises. */
    private static Run grok(Course course, Network n, long seed, int limit, List<Hook> hooks) {
        List<LinePlot.Point> curve = new ArrayList<>();
        try (Loop loop = course.loop(n, course.supervised(), limit, hooks, new Rng(seed))) {
            while (loop.step() < limit && (curve.isEmpty() || curve.getLast().y() < GENERALISES)) {
                loop.advance();
                if (loop.step() % LOOK == 0) {
                    curve.add(new LinePlot.Point(loop.step(), course.score(n).right()));
                }
            }
            return new Run(limit, n.live() / (double) n.positions(), curve);
        }
    }

    /** The dense network with all weights of a layer made smaller by as much as the cut takes of the layer's norm. */
    private static Network like(Network dense, Map<Site, Topology> live) {
        for (Site s : dense.sites()) {
            Topology t = live.get(s);
            double[] squares = new double[2];
            dense.param(s).forward().forEach((r, c, slot, v) -> {
                squares[0] += v * v;
                squares[1] += t.find(r, c) >= 0 ? v * v : 0;
            });
            Floats values = Slots.of(dense.param(s).forward());
            float share = (float) Math.sqrt(squares[1] / squares[0]);
            for (int i = 0; i < values.length(); i++) {
                values.set(i, share * values.get(i));
            }
        }
        return dense;
    }

    private static LinePlot plot(Map<String, List<Run>> found) {
        return new LinePlot("What was held out (first seed)", "steps", "share right",
                found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), e.getValue().getFirst().curve)).toList(),
                List.of(new LinePlot.Level(String.format(Locale.ROOT, "%.0f %%", 100 * GENERALISES), GENERALISES)));
    }
}
