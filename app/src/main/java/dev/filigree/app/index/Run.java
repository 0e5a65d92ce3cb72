package dev.filigree.app.index;

import dev.filigree.base.UserError;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.store.Snapshot;

/** Lines of a run as TREC has them: query, Q0, document, rank from 1 on, score, tag. */
public final class Run {

    private final StringBuilder lines = new StringBuilder();
    private final String tag;

    public Run(String tag) {
        this.tag = column("--tag", tag);
    }

    /** The hits of a query. */
    public void add(String query, Hits hits, Snapshot index) {
        for (int i = 0; i < hits.size(); i++) {
            lines.append(column("query", query)).append(" Q0 ").append(column("document", index.id(hits.documents()[i]))).append(' ').append(i + 1).append(' ')
                    .append(hits.scores()[i]).append(' ').append(tag).append('\n');
        }
    }

    private static String column(String what, String text) {
        if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
            throw new UserError(what + ": found \"" + text.replaceAll("\\p{Cntrl}", " ") + "\", expected no space in it, for the columns of a run are divided by spaces; use --json");
        }
        return text;
    }

    public String text() {
        return lines.toString();
    }
}
