/** Channels that are removed from a network for good: how it is trained before, and which of them go. */
package dev.filigree.prune.channels;
