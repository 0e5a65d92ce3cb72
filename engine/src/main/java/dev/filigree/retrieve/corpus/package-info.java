/** Collections of texts, or of ready vectors, as they lie in files; read from end to end, never whole in memory. */
package dev.filigree.retrieve.corpus;
