package dev.filigree;

import dev.filigree.base.Catalog;
import java.util.List;

/** The one place where the shelves of all rooms stand together. */
public final class Parts {

    private static final Catalog ALL = new Catalog(List.copyOf(dev.filigree.prune.Parts.shelves()));

    private Parts() {
    }

    /** Every part there is. */
    public static Catalog catalog() {
        return ALL;
    }
}
