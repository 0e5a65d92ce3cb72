/** Losses: what a model's result should have been, as a number and its gradient. */
package dev.filigree.train.loss;
