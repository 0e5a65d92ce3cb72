package dev.filigree.retrieve;

import java.util.Objects;

/**
 * What enters an index.
 *
 * @param id      by which its owner knows it; no two documents of an index share one
 * @param content its text, of which hits show a part; empty where there is none
 * @param vector  its weighted terms; one without terms is kept and never found
 */
public record Document(String id, String content, SparseVector vector) {

    public Document {
        Objects.requireNonNull(content);
        Objects.requireNonNull(vector);
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a document needs an id");
        }
    }
}
