package dev.filigree.retrieve;

/**
 * Finds the documents with the highest inner products. Many threads may use one searcher at once; what a search needs to work
 * is kept for the next one, so that a search leaves no garbage but its result.
 */
public interface Searcher {

    /**
     * @param query terms that the collection does not know count nothing
     * @param k     documents wanted; fewer are found where fewer share a term with the query
     * @param live  which documents may be found
     */
    Hits search(SparseVector query, int k, Live live);

    /** Among all documents. */
    default Hits search(SparseVector query, int k) {
        return search(query, k, Live.ALL);
    }
}
