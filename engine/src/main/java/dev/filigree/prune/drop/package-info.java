/** Drop: which live positions die while a network is trained. */
package dev.filigree.prune.drop;
