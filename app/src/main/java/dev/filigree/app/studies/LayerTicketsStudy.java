package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Rng;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.prune.channels.FilterNorm;
import dev.filigree.prune.channels.LayerTickets;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Jordao et al. 2023: whole blocks can be left out before training, and what is left trains faster and as well. */
final class LayerTicketsStudy implements Study {

    private static final String ALIKE = "blocks that change least";
    private static final String RANDOM = "random blocks";
    private static final String FILTERS = "largest filters, equal multiply-adds";
    private static final int COMPARED_ON = 256;
    private static final int HALVINGS = 12;

    /** A network after training, and what it is worth. */
    private record Ticket(Network network, double multiplyAdds, double right) {
    }

    @Override
    public Claim claim() {
        return new Claim("layer-tickets", "Jordao et al. 2023, When Layers Play the Lottery, all Tickets Win at Initialization, arXiv:2301.10835",
                "Residual blocks chosen before the first step can be left out without loss, and save training time that tickets of filters at as many multiply-adds do not.",
                "ResNet-20 of 6 channels; 3 of its 9 blocks are left out by the likeness of the last representation with and without them, or at random; or filters by their size at as many multiply-adds. All keep their first values.",
                "epochs, and multiply-adds among the tickets",
                "tickets of blocks more than half a point below dense, no better than those of filters, or no faster than these", 15);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings settings = Rivals.dense(lab.quick() ? "resnet(depth=14,width=4)" : "resnet(depth=20,width=6)", lab.choose(0.2, 1.5));
        int gone = lab.quick() ? 2 : 3;
        Relay relay = new Relay(lab.problem(), lab.compute());
        Map<String, LongFunction<Ticket>> rivals = new LinkedHashMap<>();
        rivals.put("dense", seed -> train(relay, settings, seed, n -> n));
        rivals.put(ALIKE, seed -> train(relay, settings, seed, n -> Narrowing.of(n,
                LayerTickets.mostAlike(lab.compute(), n, lab.problem().training(COMPARED_ON, n.form(), new Rng(seed).split("likeness")).next(), gone))));
        rivals.put(RANDOM, seed -> train(relay, settings, seed, n -> {
            List<Integer> blocks = LayerTickets.blocks(n);
            return Narrowing.of(n, LayerTickets.without(n, Arrays.stream(new Rng(seed).split("blocks").permutation(blocks.size())).limit(gone).mapToObj(blocks::get).toList()));
        }));
        rivals.put(FILTERS, seed -> train(relay, settings, seed, n -> filters(relay, n,
                relay.multiplyAdds(Narrowing.of(n, LayerTickets.without(n, LayerTickets.blocks(n).subList(0, gone)))))));
        Map<String, List<Ticket>> found = lab.each(rivals, t -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * t.right()));

        Map<String, Numbers> step = steps(lab, relay, settings, found);
        Table table = new Table("Tickets at the first step", Column.text("rival"), Column.count("blocks"), Column.count("weights"), Column.count("multiply-adds an image"),
                Column.percent("accuracy", 2), Column.percent("deviation", 2), Column.number("ms a step", 2), Column.ratio("times as fast"));
        double dense = step.get("dense").mean();
        found.forEach((name, all) -> table.row(name, all.getFirst().network().blocks() - 1, all.getFirst().network().positions(), Math.round(Numbers.of(all, Ticket::multiplyAdds).mean()),
                right(all).mean(), right(all).spread(), step.get(name).mean(), dense / step.get(name).mean()));
        Numbers alike = right(found.get(ALIKE));
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy and time of a training step (means)", "milliseconds", "accuracy", found.entrySet().stream()
                .map(e -> new LinePlot.Series(e.getKey(), List.of(new LinePlot.Point(step.get(e.getKey()).mean(), right(e.getValue()).mean())))).toList(), List.of())),
                List.of(Verdict.above("a third of the blocks can be left out for half a point", -0.005, alike.minus(right(found.get("dense")))),
                        Verdict.above("blocks beat filters at equal multiply-adds", 0, alike.minus(right(found.get(FILTERS)))),
                        Verdict.above("the blocks that change least are better left out than random ones", 0, alike.minus(right(found.get(RANDOM)))),
                        Verdict.above("a step without blocks takes less time than one without filters (milliseconds)", 0, step.get(FILTERS).minus(step.get(ALIKE)))));
    }

    /** Milliseconds of a step, all rivals of a seed in turn. */
    private static Map<String, Numbers> steps(Lab lab, Relay relay, TrainSettings settings, Map<String, List<Ticket>> found) {
        int seeds = found.values().iterator().next().size();
        Map<String, Numbers> all = new LinkedHashMap<>();
        List<List<Double>> seconds = IntStream.range(0, seeds).mapToObj(seed -> relay.steps(found.values().stream().map(t -> t.get(seed).network()).toList(), settings,
                lab.quick() ? 2 : 5, lab.choose(0.05, 0.3))).toList();
        for (String name : found.keySet()) {
            int rival = all.size();
            all.put(name, new Numbers(seconds.stream().mapToDouble(s -> 1e3 * s.get(rival)).toArray()));
        }
        return all;
    }

    private static Ticket train(Relay relay, TrainSettings settings, long seed, UnaryOperator<Network> cut) {
        Network ticket = cut.apply(relay.born(settings.withSeed(seed)));
        double multiplyAdds = relay.multiplyAdds(ticket);
        Network trained = relay.on(ticket, settings.withSeed(seed));
        return new Ticket(trained, multiplyAdds, relay.score(trained, settings.batch()).right());
    }

    /** The largest filters of every layer, the largest share of them that takes no more multiply-adds. */
    private static Network filters(Relay relay, Network n, double most) {
        double low = 0.1;
        double high = 0.999;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (relay.multiplyAdds(largest(n, middle)) > most) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return largest(n, low);
    }

    private static Network largest(Network n, double keep) {
        return Narrowing.of(n, new FilterNorm().prepare(keep).keep(n, new Rng(0)));
    }

    private static Numbers right(List<Ticket> all) {
        return Numbers.of(all, Ticket::right);
    }
}
