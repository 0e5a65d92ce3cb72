/** What Filigree and Lucene share: its analyzers turn texts into terms here, and sparse vectors from here are indexed and queried there. */
package dev.filigree.lucene;
