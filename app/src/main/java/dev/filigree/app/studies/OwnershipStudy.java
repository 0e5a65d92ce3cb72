package dev.filigree.app.studies;

import dev.filigree.app.ownership.Mark;
import dev.filigree.app.ownership.Ownership;
import dev.filigree.app.ownership.Positions;
import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Rng;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Chen et al. 2021: which weights live can spell whose network it is. */
final class OwnershipStudy implements Study {

    private static final String SIGNATURE = "FILIGREE";
    private static final double SPARSITY = 0.95;
    private static final double READ = 0.5; // a share of networks whose mark was read
    private static final int[] PERCENT = {10, 20, 30};
    private static final String PRUNED = "pruned by ";
    private static final String FAINT = "from zero, ";
    private static final String AT_ONCE = "gmp(allocation=global,from=0,until=0.000001,times=1)";

    /** A network that may hold a mark. */
    private record Seen(double right, boolean read, double agreement) {
    }

    /** A network without a mark, with one, and with one whose new values began at zero. */
    private record Owned(Network unmarked, Network marked, Network faint, Ownership.Place place) {
    }

    @Override
    public Claim claim() {
        return new Claim("ownership", "Chen et al. 2021, You are caught stealing my winning lottery ticket!, arXiv:2111.00162",
                "A QR code spelled by which weights live costs no accuracy and is read back after tuning, after further pruning and after positions were added.",
                "LeNet-300-100 pruned to 95 % zeros by one threshold; a code of 29 x 29 cells of 3 x 3 positions with error correction H, put in with new values of median size (or from zero) and tuned; then tuned on, pruned by 10 to 30 % more or given 10 to 30 % random positions, and tuned.",
                "live positions and epochs, with and without the mark",
                "more than 0.3 points lost, or a mark that is not read after tuning, pruning or adding", 8);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings settings = Rivals.dense("lenet-300-100", lab.choose(0.5, 3));
        TrainSettings pruned = settings.with(settings.model(), "gmp(allocation=global)", Double.toString(SPARSITY));
        TrainSettings tune = settings.with(settings.model(), "static", Double.toString(SPARSITY)).withEpochs(lab.choose(0.2, 1)).withRate(0.02, "cosine");
        Relay relay = new Relay(lab.problem(), lab.compute());
        Map<Long, Owned> owned = new LinkedHashMap<>();
        LongFunction<Owned> of = seed -> owned.computeIfAbsent(seed, s -> owned(relay, pruned.withSeed(s), tune.withSeed(s)));
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        rivals.put("unmarked", seed -> seen(relay, of.apply(seed).unmarked(), of.apply(seed).place(), tune));
        for (boolean faint : new boolean[] {true, false}) {
            String kind = faint ? FAINT : "";
            LongFunction<Network> begun = seed -> faint ? of.apply(seed).faint() : of.apply(seed).marked();
            rivals.put(kind + "marked", seed -> seen(relay, begun.apply(seed), of.apply(seed).place(), tune));
            for (int percent : PERCENT) {
                double zeros = 1 - (1 - SPARSITY) * (1 - percent / 100.0);
                rivals.put(kind + PRUNED + percent + " %", seed -> seen(relay, relay.next(begun.apply(seed), tune.with(tune.model(), AT_ONCE, Double.toString(zeros)).withSeed(seed + 1)),
                        of.apply(seed).place(), tune));
            }
        }
        rivals.put("tuned on", seed -> seen(relay, relay.next(of.apply(seed).marked(), tune.withSeed(seed + 1)), of.apply(seed).place(), tune));
        for (int percent : PERCENT) {
            rivals.put(percent + " % added", seed -> seen(relay, relay.on(added(of.apply(seed).marked(), percent / 100.0, new Rng(seed).split("added")), tune.withSeed(seed + 1)),
                    of.apply(seed).place(), tune));
        }
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "%s, accuracy %.2f %%", s.read() ? "read" : "not read", 100 * s.right()));

        Table table = new Table("A mark and what was done to it", Column.text("network"), Column.percent("accuracy", 2), Column.percent("deviation", 2), Column.percent("marks read", 0),
                Column.percent("modules that agree", 1));
        found.forEach((name, all) -> table.row(name, Numbers.of(all, Seen::right).mean(), Numbers.of(all, Seen::right).spread(), read(all).mean(), Numbers.of(all, Seen::agreement).mean()));
        return new Findings(List.of(table), List.of(new LinePlot("Modules that agree", "per cent of positions", "share", List.of(line(PRUNED, "", found), line(FAINT + PRUNED, "", found), line("", " added", found)), List.of())),
                List.of(Verdict.above("a mark costs at most 0.3 points", -0.003, Numbers.of(found.get("marked"), Seen::right).minus(Numbers.of(found.get("unmarked"), Seen::right))),
                        Verdict.above("an unmarked network shows no mark", READ, Numbers.of(found.get("unmarked"), s -> s.read() ? 0 : 1)),
                        Verdict.above("it is read after tuning on", READ, read(found.get("tuned on"))), Verdict.above("it is read after 10 % were pruned", READ, read(found.get("pruned by 10 %"))),
                        Verdict.above("it is read after 30 % were pruned", READ, read(found.get("pruned by 30 %"))), Verdict.above("it is read after 10 % were added", READ, read(found.get("10 % added"))),
                        Verdict.above("it is read after 30 % were added", READ, read(found.get("30 % added")))));
    }

    private static LinePlot.Series line(String before, String after, Map<String, List<Seen>> found) {
        return new LinePlot.Series((before + after).strip(), IntStream.of(PERCENT).mapToObj(p -> new LinePlot.Point(p, Numbers.of(found.get(before + p + " %" + after), Seen::agreement).mean())).toList());
    }

    private static Numbers read(List<Seen> all) {
        return Numbers.of(all, s -> s.read() ? 1 : 0);
    }

    private static Owned owned(Relay relay, TrainSettings pruned, TrainSettings tune) {
        Network plain = relay.first(pruned);
        Network marked = copy(plain);
        Network faint = copy(plain);
        Ownership.Place place = Ownership.put(marked, Mark.of(SIGNATURE), 1, new Rng(pruned.seed()).split("mark"));
        Ownership.put(faint, Mark.of(SIGNATURE), 0, new Rng(pruned.seed()).split("mark"));
        return new Owned(relay.next(plain, tune), relay.on(marked, tune), relay.on(faint, tune), place);
    }

    private static Seen seen(Relay relay, Network network, Ownership.Place place, TrainSettings settings) {
        Mark read = Ownership.read(network, place);
        return new Seen(relay.score(network, settings.batch()).right(), read.text().filter(SIGNATURE::equals).isPresent(), read.agreement(Mark.of(SIGNATURE)));
    }

    private static Network copy(Network network) {
        return Narrowing.of(network, network.couplings().stream().map(c -> Narrowing.all(c.channels())).toList());
    }

    /** A copy with more live positions, drawn at random, whose values begin at zero. */
    private static Network added(Network network, double share, Rng rng) {
        Network more = copy(network);
        for (Site s : more.sites()) {
            Positions positions = new Positions(more, s);
            positions.grow((int) Math.round((1 + share) * positions.count()), rng);
            positions.put(more);
        }
        return more;
    }
}
