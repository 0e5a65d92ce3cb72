/**
 * Pruning: a {@link dev.filigree.prune.Recipe} says which shapes may be zero, how many weights each part keeps, which ones,
 * and how the rest makes up for the loss; a {@link dev.filigree.prune.Pruner} carries it out, block by block.
 */
package dev.filigree.prune;
