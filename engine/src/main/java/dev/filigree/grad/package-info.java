/** Training's way back: a tape that records operations, and gradients at live positions only. */
package dev.filigree.grad;
