/** Tasks that are learned one after another by sparse networks. */
package dev.filigree.prune.continual;
