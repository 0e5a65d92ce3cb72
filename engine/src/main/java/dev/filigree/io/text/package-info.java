/** Data sets of plain text: sentences, one a line, and scored pairs of sentences. Readers only. */
package dev.filigree.io.text;
