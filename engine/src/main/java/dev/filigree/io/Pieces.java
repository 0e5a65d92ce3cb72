package dev.filigree.io;

/** Text to the tokens of a language model, and back. Ids are below {@link #size()}. Safe for many threads. */
public interface Pieces {

    /** Tokens that there are. */
    int size();

    /** The id that begins every sequence. */
    int begin();

    /** The id that ends one. */
    int end();

    /** The ids of {@code text}, without {@link #begin} and {@link #end}. */
    int[] ids(String text);

    /** What a token adds to a text, in UTF-8: characters may be spread over tokens. */
    byte[] bytes(int id);

    /** The same behind {@link #begin}, where some vocabularies leave a space out. */
    byte[] firstBytes(int id);
}
