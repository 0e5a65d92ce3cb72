/**
 * Learned sparse encoders: texts become weighted terms that an inverted index can hold. An encoder is a {@link dev.filigree.encode.EncoderRecipe},
 * a composition of what weighs terms on either side, what keeps the vectors sparse and what is learned; it is trained on a
 * corpus without labels, from queries that are made of its documents and from teachers that rank them.
 */
package dev.filigree.encode;
