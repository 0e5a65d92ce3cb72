/** Growth: which dead positions come back to life while a network is trained. */
package dev.filigree.prune.growth;
