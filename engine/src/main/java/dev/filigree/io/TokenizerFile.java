package dev.filigree.io;

/**
 * The vocabulary of a language model as its file holds it, to be written beside weights that were changed.
 *
 * @param name of the file: it tells the format, such as {@code tokenizer.bin}
 */
public record TokenizerFile(String name, byte[] content) {
}
