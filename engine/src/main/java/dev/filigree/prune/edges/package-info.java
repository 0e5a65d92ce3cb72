/** Which edges of a graph are worth keeping. */
package dev.filigree.prune.edges;
