package dev.filigree.prune.drop;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The smallest positive and the largest negative weights die, the same share of each sign; zeros count as positive. */
public record SmallestOfEachSign() implements Drop {

    public static final Catalog.Entry<Drop> ENTRY = Catalog.entry("signs", "Mocanu et al. 2018, arXiv:1707.04780",
            "the same share of positive and of negative weights dies, those nearest to zero", SmallestOfEachSign::new);

    @Override
    public int[] choose(Floats values, int count) {
        int[] negative = IntStream.range(0, values.length()).filter(i -> values.get(i) < 0).toArray();
        int[] positive = IntStream.range(0, values.length()).filter(i -> !(values.get(i) < 0)).toArray();
        int ofNegative = (int) ((long) count * negative.length / Math.max(1, values.length()));
        int ofPositive = Math.min(positive.length, count - ofNegative);
        int[] chosen = IntStream.concat(nearest(values, negative, count - ofPositive), nearest(values, positive, ofPositive)).toArray();
        Arrays.sort(chosen);
        return chosen;
    }

    private static IntStream nearest(Floats values, int[] of, int count) {
        return Arrays.stream(Ranking.smallest(of.length, i -> Math.abs(values.get(of[i])), count)).map(i -> of[i]);
    }
}
