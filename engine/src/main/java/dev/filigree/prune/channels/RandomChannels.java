package dev.filigree.prune.channels;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;

/** As many channels of each layer at random: what a choice has to beat. */
public record RandomChannels() implements Channels {

    public static final Entry<Channels> ENTRY = Catalog.entry("random", "", "the same share of each layer at random", RandomChannels::new);

    @Override
    public Choice prepare(double keep) {
        double share = Ranking.checked(keep);
        return (network, rng) -> Ranking.each(network.couplings(), network.couplings().stream().map(c -> {
            double[] scores = new double[c.channels()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = rng.nextDouble();
            }
            return scores;
        }).toList(), share);
    }
}
