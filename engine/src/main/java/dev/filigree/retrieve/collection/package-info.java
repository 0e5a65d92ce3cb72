/**
 * Collections that are made up: vectors like those of learned sparse encoders, of any number, from a seed; and the statistics by
 * which they, and any other vectors, are known.
 */
package dev.filigree.retrieve.collection;
