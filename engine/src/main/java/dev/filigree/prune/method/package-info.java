/** Methods: how one weight is pruned to given counts. */
package dev.filigree.prune.method;
