/** Regimes: how a network is born sparse, or becomes so, while it is trained. */
package dev.filigree.prune.regime;
