/** What stands in the place of a weight when a network is trained from scratch with fewer numbers than the weight has. */
package dev.filigree.train.parameterization;
