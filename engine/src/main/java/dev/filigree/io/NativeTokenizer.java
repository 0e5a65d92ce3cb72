package dev.filigree.io;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A tokenizer of the Hugging Face library, made of a file that was checked before. Safe for many threads. */
final class NativeTokenizer implements AutoCloseable {

    private final String source;
    private final TokenizersLibrary library;
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private long handle;

    private NativeTokenizer(String source, TokenizersLibrary library, long handle) {
        this.source = source;
        this.library = library;
        this.handle = handle;
    }

    /**
     * Makes one; it neither pads nor, but for {@code maxTokens}, cuts.
     *
     * @param checked   a {@code tokenizer.json}: native code ends the process where one contradicts itself
     * @param maxTokens longest result; 0 for any
     */
    static NativeTokenizer of(String source, String checked, int maxTokens) {
        TokenizersLibrary library = NativeTokenizers.library();
        try {
            long handle = library.createTokenizerFromString(checked);
            if (maxTokens > 0) {
                library.setTruncation(handle, maxTokens, "LONGEST_FIRST", 0);
            }
            return new NativeTokenizer(source, library, handle);
        } catch (RuntimeException e) {
            throw Faults.corrupt(source, "its tokenizer.json is not accepted (" + e.getMessage() + ")");
        }
    }

    /** @param around whether tokens that the file puts around a text are wanted */
    int[] ids(String text, boolean around) {
        use.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("the tokenizer of " + source + " is closed");
            }
            long encoding = library.encode(handle, wellFormed(text), around);
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
