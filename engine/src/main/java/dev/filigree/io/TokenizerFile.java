package dev.filigree.io;

import java.util.List;

/**
 * The vocabulary of a language model as its file holds it, to be written beside weights that were changed.
 *
 * @param name  of the file: it tells the format, such as {@code tokenizer.json} or {@code tokenizer.bin}
 * @param begin the id that {@code config.json} says begins a text; -1 where it says nothing
 * @param ends  the ids that it says end one
 */
public record TokenizerFile(String name, byte[] content, int begin, List<Integer> ends) {

    public TokenizerFile {
        ends = List.copyOf(ends);
    }

    /** A file that says by itself what begins and ends a text. */
    public TokenizerFile(String name, byte[] content) {
        this(name, content, -1, List.of());
    }
}
