package dev.filigree.app.index;

import dev.filigree.base.UserError;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.store.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Lines of a run as TREC has them, written as queries are answered: query, Q0, document, rank from 1 on, score, tag. */
public final class RunLines {

    private final String tag;
    private final Snapshot index;
    private final Appendable out;

    public RunLines(String tag, Snapshot index, Appendable out) {
        this.tag = column("--tag", tag);
        this.index = index;
        this.out = out;
    }

    /** The hits of a query. */
    public void add(String id, SparseVector query, Hits hits) {
        try {
            for (int i = 0; i < hits.size(); i++) {
                out.append(column("query", id)).append(" Q0 ").append(column("document", index.id(hits.documents()[i]))).append(' ').append(Integer.toString(i + 1)).append(' ')
                        .append(Float.toString(hits.scores()[i])).append(' ').append(tag).append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String column(String what, String text) {
        if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
            throw new UserError(what + ": found \"" + text.replaceAll("\\p{Cntrl}", " ") + "\", expected no space in it, for the columns of a run are divided by spaces; use --json");
        }
        return text;
    }
}
