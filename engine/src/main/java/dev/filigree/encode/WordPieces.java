package dev.filigree.encode;

import dev.filigree.io.StoredEncoder;
import dev.filigree.io.TextTokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The tokens of a model as the words of a text, in their order and as often as they occur. Safe for many threads. */
public final class WordPieces implements Function<String, List<String>>, AutoCloseable {

    /** Its name on a command line. */
    public static final String NAME = "wordpiece";

    private final TextTokenizer tokenizer;
    private final List<String> tokens;

    public WordPieces(StoredEncoder model) {
        this.tokenizer = TextTokenizer.of(model.weights().source(), model.tokenizer(), model.config().vocab(), Integer.MAX_VALUE);
        this.tokens = TextTokenizer.tokens(model.weights().source(), model.tokenizer(), model.config().vocab());
    }

    /** The token of each id. */
    List<String> tokens() {
        return tokens;
    }

    @Override
    public List<String> apply(String text) {
        int[] ids = tokenizer.ids(text);
        return Arrays.stream(ids, 1, ids.length - 1).mapToObj(tokens::get).toList();
    }

    @Override
    public String toString() {
        return NAME;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
