package dev.filigree.encode;

import dev.filigree.io.SparseModules;
import dev.filigree.io.TextTokenizer;
import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.List;

/** Queries by a table: every token that a query holds weighs what the table says, {@code q_v = w_v 1[v in query]}, and no model is read. Safe for many threads. */
final class TokenTable implements AutoCloseable {

    /** [CLS] and [SEP], which a query does not have. */
    private static final int AROUND = 2;
    private static final int ANY = Integer.MAX_VALUE - AROUND;

    private final SparseModules.Table table;
    private final List<String> tokens;
    private final TextTokenizer tokenizer;

    TokenTable(SparseModules.Table table) {
        this.table = table;
        this.tokens = TextTokenizer.tokens(table.source(), table.tokenizer(), table.weights().length);
        this.tokenizer = TextTokenizer.of(table.source(), table.tokenizer(), table.weights().length, (table.longest() == 0 ? ANY : table.longest()) + AROUND);
    }

    /** The token of each id. */
    List<String> tokens() {
        return tokens;
    }

    SparseVector of(String text) {
        int[] all = tokenizer.ids(table.prompt() + text);
        int[] ids = Arrays.stream(all, 1, all.length - 1).distinct().filter(i -> table.weights()[i] > 0).sorted().toArray();
        float[] weights = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            weights[i] = table.weights()[ids[i]];
        }
        return new SparseVector(ids, weights);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
