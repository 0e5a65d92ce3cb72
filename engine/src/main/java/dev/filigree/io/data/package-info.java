/** Data sets: labelled examples, read by name or path and checked once. */
package dev.filigree.io.data;
