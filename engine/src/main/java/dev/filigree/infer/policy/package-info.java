/**
 * Activation sparsity: which inputs of its products a language model reads for a token. What is not read becomes an exact zero, and a weight that
 * is held column by column ({@link dev.filigree.tensor.Columns}) is not read there at all. One policy, one file.
 */
package dev.filigree.infer.policy;
