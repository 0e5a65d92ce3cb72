/** Training: a bare loop that hooks attach to, optimizers, distillation, and state that survives a crash. */
package dev.filigree.train;
