/**
 * Retrieval over learned sparse vectors: a document is a few weighted terms, a query too, and a score is their inner product.
 * {@link dev.filigree.retrieve.Exhaustive} is the definition; everything else finds the same documents sooner, or nearly the same.
 */
package dev.filigree.retrieve;
