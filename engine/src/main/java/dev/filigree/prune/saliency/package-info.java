/** Saliency: what each position of a network is worth before it was trained at all. */
package dev.filigree.prune.saliency;
