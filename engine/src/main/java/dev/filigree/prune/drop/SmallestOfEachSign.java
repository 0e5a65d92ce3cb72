package dev.filigree.prune.drop;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;

/** The smallest positive and the largest negative weights die, the same share of each sign; zeros count as positive. */
public record SmallestOfEachSign() implements Drop {

    public static final Catalog.Entry<Drop> ENTRY = Catalog.entry("signs", "Mocanu et al. 2018, arXiv:1707.04780",
            "the same share of positive and of negative weights dies, those nearest to zero", SmallestOfEachSign::new);

    @Override
    public int[] choose(Floats values, int count) {
        Ranking ranking = new Ranking(values, true);
        int negative = ranking.negative();
        int ofNegative = (int) ((long) count * negative / Math.max(1, values.length()));
        int ofPositive = Math.min(values.length() - negative, count - ofNegative);
        return ranking.smallest(ofPositive, count - ofPositive);
    }
}
