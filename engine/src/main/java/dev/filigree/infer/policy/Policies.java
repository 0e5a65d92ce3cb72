package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Shelf;

/** Every policy, once. */
public final class Policies {

    /** Which inputs of products are read while a language model runs. */
    public static final Shelf<Policy> ALL = Catalog.shelf(Axis.POLICY, Teal.ENTRY, Wina.ENTRY, Cats.ENTRY, RSparse.ENTRY, TopUnits.ENTRY, RandomInputs.ENTRY);

    private Policies() {
    }

    /** The policy that a text asks for: {@code teal}, {@code teal:50%} for its first setting, or {@code teal(sparsity=50%,allocation=uniform)}. */
    public static Policy make(String asked) {
        int colon = asked.indexOf(':');
        if (colon < 0 || asked.indexOf('(') >= 0) {
            return ALL.make(asked);
        }
        String name = asked.substring(0, colon).strip();
        var options = ALL.find(name).options();
        return ALL.make(options.isEmpty() ? name + "(:)" : name + "(" + options.getFirst().name() + "=" + asked.substring(colon + 1).strip() + ")");
    }
}
