/** What is taken out of a language model for good: features of its residual stream, channels of its feed-forward nets, whole layers. What is left is dense and smaller. */
package dev.filigree.prune.structure;
