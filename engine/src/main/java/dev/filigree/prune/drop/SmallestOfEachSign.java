package dev.filigree.prune.drop;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;

/** The smallest positive and the largest negative weights die, the same share of each sign; zeros count as positive. */
public record SmallestOfEachSign() implements Drop {

    public static final Catalog.Entry<Drop> ENTRY = Catalog.entry("signs", "Mocanu et al. 2018, arXiv:1707.04780",
            "the same share of positive and of negative weights dies, those nearest to zero", SmallestOfEachSign::new);

    @Override
    public int[] choose(Floats values, int count) {
        int negative = 0;
        for (int i = 0; i < values.length(); i++) {
            negative += values.get(i) < 0 ? 1 : 0;
        }
        int ofNegative = (int) ((long) count * negative / Math.max(1, values.length()));
        int ofPositive = Math.min(values.length() - negative, count - ofNegative);
        return Ranking.taken(values, count, Ranking.of(values, Ranking.Side.NEGATIVE, count - ofPositive), Ranking.of(values, Ranking.Side.POSITIVE, ofPositive));
    }
}
