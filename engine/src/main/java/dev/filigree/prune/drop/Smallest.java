package dev.filigree.prune.drop;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;

/** The smallest |w| die; of equal ones the later. */
public record Smallest() implements Drop {

    public static final Catalog.Entry<Drop> ENTRY = Catalog.entry("smallest", "Evci et al. 2020, arXiv:1911.11134", "the smallest |weight| die", Smallest::new);

    @Override
    public int[] choose(Floats values, int count) {
        return new Ranking(values, false).smallest(count, 0);
    }
}
