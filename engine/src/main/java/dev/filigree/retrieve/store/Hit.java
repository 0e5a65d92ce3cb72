package dev.filigree.retrieve.store;

/**
 * A document that was found.
 *
 * @param id      of the document
 * @param score   the inner product with the query
 * @param content its text, empty where it has none
 */
public record Hit(String id, float score, String content) {
}
