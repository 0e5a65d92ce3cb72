/** Which features of a data set are worth keeping, found without labels. */
package dev.filigree.prune.features;
