/** Recoveries of one weight, without training: how the survivors make up for the loss. */
package dev.filigree.prune.recovery;
