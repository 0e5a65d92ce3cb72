/** Schedules: when, and how far, to prune while training goes on. */
package dev.filigree.prune.schedule;
