package dev.filigree.io;

import dev.filigree.base.UserError;
import java.util.List;

/**
 * Text to token ids by the Hugging Face tokenizers library, from a {@code tokenizer.json}: [CLS] and [SEP] included, cut
 * to a longest length, never padded. Safe for many threads; the padding and truncation that the file asks for are
 * ignored.
 */
public final class TextTokenizer implements AutoCloseable {

    /** [CLS], one token, [SEP]. */
    private static final int SHORTEST = 3;

    private final int maxTokens;
    private final NativeTokenizer tokenizer;

    private TextTokenizer(int maxTokens, NativeTokenizer tokenizer) {
        this.maxTokens = maxTokens;
        this.tokenizer = tokenizer;
    }

    /**
     * Opens a tokenizer.
     *
     * @param source         names it in faults
     * @param json           the content of a {@code tokenizer.json} with a WordPiece model
     * @param vocabularySize all ids are below this
     * @param maxTokens      longest result, [CLS] and [SEP] included; at least 3
     */
    public static TextTokenizer of(String source, byte[] json, int vocabularySize, int maxTokens) {
        if (maxTokens < SHORTEST) {
            throw new UserError("the longest text is " + maxTokens + " tokens, expected at least " + SHORTEST);
        }
        return new TextTokenizer(maxTokens, NativeTokenizer.of(source, WordPieceFile.checked(source, json, vocabularySize), maxTokens));
    }

    /** The token of each id below {@code size}, from a {@code tokenizer.json}; an id that it does not give has its number for a name. */
    public static List<String> tokens(String source, byte[] json, int size) {
        return WordPieceFile.tokens(source, json, size);
    }

    /** Longest result in tokens. */
    public int maxTokens() {
        return maxTokens;
    }

    /** The ids of {@code text}, from [CLS] to [SEP]. */
    public int[] ids(String text) {
        return tokenizer.ids(text, true);
    }

    /** Frees the native tokenizer once no thread uses it. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
