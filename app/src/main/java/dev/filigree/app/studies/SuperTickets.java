package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Supernet;
import dev.filigree.model.Supernet.Operation;
import dev.filigree.prune.Parts;
import dev.filigree.prune.regime.Shrinking;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Classification;
import dev.filigree.train.Curve;
import dev.filigree.train.Hook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** You et al. 2022: architecture and positions are found in one run. */
final class SuperTickets implements Study {

    private static final int EDGES = 3;
    private static final int WIDTH = 16;
    private static final double LIVE = 0.05; // of the weights of 5x5 on every edge
    private static final double RHO = 1e-3;
    private static final double UNTIL = 0.4; // before pruning ends, so that what goes leaves its live weights to the others
    private static final double ALMOST = 0.9; // of a search; the rest of it trains what is left
    private static final String PRUNE = "granet(until=0.7)";

    private static final String ONE = "both in one run";
    private static final String THEN = "search, then prune";
    private static final String AGAIN = "search, prune, train again";
    private static final String BIG = "5x5 everywhere, pruned";

    /** A sparse network: the operation of each edge, live weights, epochs of all that led there, and quality on the way. */
    private record Found(List<Operation> operations, long live, double epochs, List<Curve.Point> curve) {

        double right() {
            return curve.getLast().right();
        }

        String text() {
            return String.join(" ", operations.stream().map(Operation::toString).toList());
        }
    }

    /** What a search found, with its weights. */
    private record Searched(Supernet network, List<Operation> operations) {
    }

    @Override
    public Claim claim() {
        return new Claim("supertickets", "You et al. 2022, SuperTickets, arXiv:2207.03677",
                "Architecture and live weights that are found together in one run are better than an architecture that is searched first and pruned afterwards, whether or not it is trained again.",
                "Three edges of " + WIDTH + " channels, each 3x3, 5x5, pooling or nothing; gains of normalisations are pulled to zero and the weakest operations go one by one, beside pruning by magnitude with regrowth.",
                "live weights, 5 % of those of 5x5 on every edge, and so multiplications at the edges; epochs of the first two, where training again takes as many more",
                "a single run that is no better than search and pruning in as many epochs, or more than half a point below training again", 15);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study supertickets: found " + lab.problem().about() + ", expected labelled images; choose another --data");
        }
        Course course = Course.sgd(lab.compute(), new Classification(Relabelled.of(all.data(), (int) lab.choose(500, 12_000), 0, new Rng(0))), 0.1);
        double epochs = lab.choose(1, 6);
        Map<Long, Searched> searches = new HashMap<>();
        LongFunction<Searched> search = seed -> searches.computeIfAbsent(seed, s -> search(course, epochs / 2, s));
        Map<String, LongFunction<Found>> rivals = new LinkedHashMap<>();
        rivals.put(ONE, seed -> together(course, epochs, seed));
        rivals.put(THEN, seed -> {
            Supernet net = network(course, alone(search.apply(seed).operations));
            net.params().forEach(p -> p.set(search.apply(seed).network.param(p.name()).forward()));
            return pruned(course, net, epochs / 2, epochs, new Rng(seed).split("then"));
        });
        rivals.put(AGAIN, seed -> {
            Rng rng = new Rng(seed).split("again");
            return pruned(course, course.born(network(course, alone(search.apply(seed).operations)), rng.split("birth")), epochs, 1.5 * epochs, rng);
        });
        rivals.put(BIG, seed -> {
            Rng rng = new Rng(seed).split("big");
            return pruned(course, course.born(largest(course), rng.split("birth")), epochs, epochs, rng);
        });
        Map<String, List<Found>> found = lab.each(rivals, f -> String.format(Locale.ROOT, "%s: accuracy %.2f %%", f.operations, 100 * f.right()));
        Table t = new Table("Sparse networks", Column.text("found by"), Column.text("operations, seed by seed"), Column.count("live"), Column.number("epochs", 1), Column.percent("accuracy", 2),
                Column.percent("deviation", 2));
        found.forEach((name, f) -> t.row(name, String.join("; ", f.stream().map(Found::text).toList()), Math.round(Numbers.of(f, Found::live).mean()), f.getFirst().epochs, right(f).mean(), right(f).spread()));
        return new Findings(List.of(t), List.of(plot(found)), List.of(
                Verdict.above("one run beats search and pruning in as many epochs", 0, right(found.get(ONE)).minus(right(found.get(THEN)))),
                Verdict.above("one run is within half a point of training again", -0.005, right(found.get(ONE)).minus(right(found.get(AGAIN)))),
                Verdict.above("one run beats 5x5 everywhere, pruned", 0, right(found.get(ONE)).minus(right(found.get(BIG))))));
    }

    private static Numbers right(List<Found> all) {
        return Numbers.of(all, Found::right);
    }

    private static List<List<Operation>> alone(List<Operation> operations) {
        return operations.stream().map(List::of).toList();
    }

    private static Supernet network(Course course, List<List<Operation>> edges) {
        return new Supernet(course.problem().input(), course.problem().outputs(), WIDTH, edges);
    }

    private static Supernet largest(Course course) {
        return network(course, Collections.nCopies(EDGES, List.of(Operation.CONV5)));
    }

    private static Supernet everything(Course course, Rng rng) {
        return course.born(network(course, Collections.nCopies(EDGES, List.of(Operation.values()))), rng);
    }

    /** The share of zeros of a network that leaves as many live as everybody has. */
    private static double zeros(Course course, Supernet net) {
        return Math.max(0, 1 - LIVE * largest(course).positions() / net.positions());
    }

    private static Found together(Course course, double epochs, long seed) {
        Rng rng = new Rng(seed).split("together");
        Supernet net = everything(course, rng.split("birth"));
        List<Hook> hooks = new ArrayList<>(List.of(new Shrinking(net, RHO, UNTIL)));
        hooks.addAll(Parts.REGIMES.make(PRUNE).hooks(net.sites(), zeros(course, net)));
        return trained(course, net, hooks, epochs, epochs, rng);
    }

    private static Searched search(Course course, double epochs, long seed) {
        Rng rng = new Rng(seed).split("search");
        Supernet net = everything(course, rng.split("birth"));
        course.train(net, epochs, List.of(new Shrinking(net, RHO, ALMOST)), rng);
        return new Searched(net, net.operations().stream().map(List::getFirst).toList());
    }

    private static Found pruned(Course course, Supernet net, double epochs, double all, Rng rng) {
        double zeros = zeros(course, net);
        return trained(course, net, zeros == 0 ? List.of() : Parts.REGIMES.make(PRUNE).hooks(net.sites(), zeros), epochs, all, rng);
    }

    /** @param all epochs that led there */
    private static Found trained(Course course, Supernet net, List<Hook> hooks, double epochs, double all, Rng rng) {
        Curve curve = new Curve(course.problem().objective(0), course.problem().testing(course.batch(), net.form()), p -> { });
        List<Hook> watched = new ArrayList<>(hooks);
        watched.add(curve);
        course.train(net, epochs, watched, rng);
        return new Found(net.operations().stream().map(List::getFirst).toList(), net.live(), all, curve.points());
    }

    private static LinePlot plot(Map<String, List<Found>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            Found first = all.getFirst();
            double before = first.epochs - first.curve.getLast().epoch(); // of a search
            lines.add(new LinePlot.Series(name, first.curve.stream().map(p -> new LinePlot.Point(before + p.epoch(), p.right())).toList()));
        });
        return new LinePlot("Accuracy on the way (first seed)", "epochs", "accuracy", lines, List.of());
    }
}
