package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Rows;
import dev.filigree.ops.Value;
import java.util.List;

/** Back through a look-up: each token adds its gradient to the rows that it took. */
record EmbedBack(List<Lookup> tables, Value output) implements Operation {

    /** Features that one task owns, so that no two add to one slot and the order of tokens is always the same. */
    private static final int FEATURES = 16;

    @Override
    public void backward(Round round, Value dy) {
        for (Lookup lookup : tables) {
            if (round.parameters().wants(lookup.table())) {
                Rows table = Rows.of(lookup.table().backward());
                Floats gradient = round.parameters().of(lookup.table());
                round.compute().parallel().run(Math.ceilDiv(dy.features(), FEATURES), task -> {
                    int from = task * FEATURES;
                    add(dy, lookup.rows(), table, gradient, from, Math.min(dy.features(), from + FEATURES));
                });
            }
        }
        round.free(dy);
    }

    private static void add(Value dy, int[] rows, Rows table, Floats gradient, int from, int to) {
        for (int t = 0; t < dy.tokens(); t++) {
            int at = table.first(rows[t]);
            int token = dy.at(t, 0);
            for (int f = from; f < to; f++) {
                int slot = at + f * table.step();
                gradient.set(slot, gradient.get(slot) + dy.data().get(token + f * dy.width()));
            }
        }
    }
}
