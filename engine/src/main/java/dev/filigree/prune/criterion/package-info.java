/** Criteria: which weights are worth keeping. */
package dev.filigree.prune.criterion;
