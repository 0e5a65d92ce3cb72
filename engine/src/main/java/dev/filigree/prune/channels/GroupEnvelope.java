package dev.filigree.prune.channels;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.train.Loop;
import java.util.Arrays;
import java.util.List;

/**
 * A penalty that asks for a number of channels and not for small ones: after every update the proximal step of {@code strength} times the
 * {@link Envelope} of each layer's channels, {@code k} of which are to stay, with the learning rate as its step. Channels that are not
 * among them become zero exactly while training goes on; those that stay decay as by weight decay of that strength. At first, when all channels
 * are alike, they share the budget and all decay channels / k times as fast. Too much of it takes every weight to zero, where a network of several layers
 * stays: fully connected networks of three layers were lost from a strength of 0.01 on, whatever the warm-up.
 *
 * @param strength of the penalty, reached linearly after a share of the steps
 * @param warmup   that share
 * @param together whether all layers share one budget, a channel weighing as many values as it has, instead of a budget each
 */
public record GroupEnvelope(double strength, double warmup, boolean together) implements Channels {

    public static final Entry<Channels> ENTRY = Catalog.entry("group-envelope", "Refael et al. 2022, arXiv:2212.12921", "a penalty under which all but so many channels become zero while the network is trained",
            List.of(Option.of("strength", 0.005, "of the penalty"), Option.of("warmup", 0.5, "share of the steps after which it is reached"),
                    Option.of("together", false, "whether all layers share one budget of values")), s -> new GroupEnvelope(s.number("strength"), s.number("warmup"), s.flag("together")));

    public GroupEnvelope {
        if (!(strength > 0 && warmup >= 0 && warmup < 1)) {
            throw new UserError("channels group-envelope: found strength=" + strength + ", warmup=" + warmup + ", expected a strength above 0 and a share of the steps in [0, 1)");
        }
    }

    @Override
    public Choice prepare(double keep) {
        double share = Ranking.checked(keep);
        return new Choice() {
            @Override
            public void updated(Loop loop, long step) {
                double t = loop.setup().rate() * loop.setup().rates().at(step, loop.steps()) * strength * Math.min(1, (step + 1) / Math.max(1, warmup * loop.steps()));
                if (t > 0) {
                    List<Coupling> couplings = ((Network) loop.model()).couplings();
                    if (together) {
                        shrink(couplings, share, t);
                    } else {
                        couplings.forEach(c -> shrink(List.of(c), share, t));
                    }
                }
            }

            @Override
            public List<int[]> keep(Network network, Rng rng) {
                List<Coupling> couplings = network.couplings();
                List<double[]> scores = couplings.stream().map(c -> Arrays.stream(Groups.lengths(c)).map(v -> together ? v / Math.sqrt(Groups.size(c)) : v).toArray()).toList();
                return Ranking.of(couplings, scores, share, together);
            }
        };
    }

    private static void shrink(List<Coupling> couplings, double share, double t) {
        double mean = couplings.stream().mapToDouble(c -> (double) c.channels() * Groups.size(c)).sum() / couplings.stream().mapToInt(Coupling::channels).sum();
        double[] lengths = couplings.stream().flatMapToDouble(c -> Arrays.stream(Groups.lengths(c))).toArray();
        double[] weights = couplings.stream().flatMapToDouble(c -> Arrays.stream(new double[c.channels()]).map(zero -> Groups.size(c) / mean)).toArray();
        double k = couplings.size() == 1 ? Ranking.count(couplings.getFirst(), share) : share * lengths.length;
        double[] factors = Envelope.shrinkage(lengths, weights, k, t);
        int at = 0;
        for (Coupling c : couplings) {
            Groups.scale(c, Arrays.copyOfRange(factors, at, at + c.channels()));
            at += c.channels();
        }
    }
}
