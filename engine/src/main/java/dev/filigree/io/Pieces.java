package dev.filigree.io;

import dev.filigree.base.UserError;
import java.util.stream.IntStream;

/** Text to the tokens of a language model, and back. Ids are below {@link #size()}. Safe for many threads. */
public interface Pieces {

    /** Tokens that there are. */
    int size();

    /** The id that begins a text; -1 where the vocabulary has none. */
    int begin();

    /** The id that ends one; -1 where the vocabulary has none. */
    int end();

    /** Whether a text is over with this token. */
    default boolean ends(int id) {
        return id == end() || id == begin();
    }

    /** The ids of {@code text}, without {@link #begin} and {@link #end}. */
    int[] ids(String text);

    /** The ids that a sequence with this text in front has: {@link #begin} is one of them where the model is used to it. */
    default int[] opening(String text) {
        return IntStream.concat(IntStream.of(beginning()), IntStream.of(ids(text))).toArray();
    }

    /** {@link #begin}, where one is needed. */
    default int beginning() {
        if (begin() < 0) {
            throw new UserError("prompt: the model's vocabulary has no token that begins a text; give some text, or name a token as bos_token_id in config.json");
        }
        return begin();
    }

    /** What a token adds to a text, in UTF-8: characters may be spread over tokens. */
    byte[] bytes(int id);

    /** The same behind {@link #begin}, where some vocabularies leave a space out. */
    byte[] firstBytes(int id);
}
