/** Patterns: which shapes may be zero. */
package dev.filigree.prune.pattern;
