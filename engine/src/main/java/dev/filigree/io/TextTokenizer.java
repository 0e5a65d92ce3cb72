package dev.filigree.io;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.filigree.base.UserError;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Text to token ids by the Hugging Face tokenizers library, from a {@code tokenizer.json}: [CLS] and [SEP] included, cut
 * to a longest length, never padded. Safe for many threads; the padding and truncation that the file asks for are
 * ignored.
 */
public final class TextTokenizer implements AutoCloseable {

    /** [CLS], one token, [SEP]. */
    private static final int SHORTEST = 3;

    private final String source;
    private final int maxTokens;
    private final TokenizersLibrary library;
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private long handle;

    private TextTokenizer(String source, int maxTokens, TokenizersLibrary library, long handle) {
        this.source = source;
        this.maxTokens = maxTokens;
        this.library = library;
        this.handle = handle;
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
        String checked = WordPieceFile.checked(source, json, vocabularySize);
        TokenizersLibrary library = NativeTokenizers.library();
        long handle;
        try {
            handle = library.createTokenizerFromString(checked);
            library.setTruncation(handle, maxTokens, "LONGEST_FIRST", 0);
        } catch (RuntimeException e) {
            throw Faults.corrupt(source, "its tokenizer.json is not accepted (" + e.getMessage() + ")");
        }
        return new TextTokenizer(source, maxTokens, library, handle);
    }

    /** Longest result in tokens. */
    public int maxTokens() {
        return maxTokens;
    }

    /** The ids of {@code text}, from [CLS] to [SEP]. */
    public int[] ids(String text) {
        use.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("the tokenizer of " + source + " is closed");
            }
            long encoding = library.encode(handle, wellFormed(text), true);
            try {
                long[] ids = library.getTokenIds(encoding);
                int[] out = new int[ids.length];
                for (int i = 0; i < out.length; i++) {
                    out[i] = Math.toIntExact(ids[i]);
                }
                return out;
            } finally {
                library.deleteEncoding(encoding);
            }
        } finally {
            use.readLock().unlock();
        }
    }

    /** Half characters cannot be text to native code; they become question marks. */
    private static String wellFormed(String text) {
        CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        return utf8.canEncode(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Frees the native tokenizer once no thread uses it. */
    @Override
    public void close() {
        use.writeLock().lock();
        try {
            if (handle != 0) {
                library.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
