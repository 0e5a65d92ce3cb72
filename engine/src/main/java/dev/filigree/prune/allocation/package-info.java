/** Allocations: how many weights each cell keeps. */
package dev.filigree.prune.allocation;
