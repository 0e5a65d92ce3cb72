/**
 * An index as a durable thing: a folder with segments, of which each holds vectors, lists and documents, and a manifest that says
 * which of them count. Whoever reads sees a state that was committed whole, and goes on seeing it while others write.
 */
package dev.filigree.retrieve.store;
