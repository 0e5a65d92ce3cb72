package dev.filigree.io;

import dev.filigree.base.UserError;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Byte pairs of a {@code tokenizer.json} (Sennrich et al. 2016, arXiv:1508.07909). The Hugging Face tokenizers library cuts a text; what a token stands for
 * is read here. The native tokenizer is freed with this object.
 */
public final class BpePieces implements Pieces {

    private static final Cleaner CLEANER = Cleaner.create();
    private static final List<String> BEGINS = List.of("<s>", "<|begin_of_text|>", "<bos>", "<|endoftext|>");
    private static final List<String> ENDS = List.of("</s>", "<|end_of_text|>", "<|eot_id|>", "<eos>", "<|im_end|>", "<|endoftext|>");

    private final BpeFile file;
    private final NativeTokenizer tokenizer;
    private final int begin;
    private final Set<Integer> ends;

    private BpePieces(BpeFile file, NativeTokenizer tokenizer, int begin, Set<Integer> ends) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.begin = begin;
        this.ends = ends;
        CLEANER.register(this, tokenizer::close);
    }

    /**
     * Checks and opens a tokenizer.
     *
     * @param source         names it in faults
     * @param stored         a {@code tokenizer.json} with a BPE model; tokens that begin and end a text are those that it was given, or else those of usual names
     * @param vocabularySize all ids are below this: the rows of the embeddings
     */
    public static BpePieces of(String source, TokenizerFile stored, int vocabularySize) {
        BpeFile file = BpeFile.checked(source, stored.content(), vocabularySize);
        Set<Integer> ends = new LinkedHashSet<>(stored.ends());
        if (ends.isEmpty()) {
            ENDS.stream().map(file::added).filter(id -> id >= 0).forEach(ends::add);
        }
        int begin = stored.begin() >= 0 ? stored.begin() : file.template();
        for (String name : BEGINS) {
            begin = begin < 0 ? file.added(name) : begin;
        }
        int last = Math.max(begin, ends.stream().mapToInt(Integer::intValue).max().orElse(-1));
        if (last >= vocabularySize || ends.stream().anyMatch(id -> id < 0)) {
            throw Faults.corrupt(source, "begins a text with token " + begin + " and ends it with " + ends + ", expected ids below " + vocabularySize);
        }
        return new BpePieces(file, NativeTokenizer.of(source, file.json(), 0), begin, ends);
    }

    @Override
    public int size() {
        return file.bytes().length;
    }

    @Override
    public int begin() {
        return begin;
    }

    @Override
    public int end() {
        return ends.isEmpty() ? -1 : ends.iterator().next();
    }

    @Override
    public boolean ends(int id) {
        return ends.contains(id) || id == begin;
    }

    @Override
    public int[] ids(String text) {
        for (byte b : file.unknown().isEmpty() ? new byte[0] : text.getBytes(StandardCharsets.UTF_8)) {
            if (file.unknown().get(b & 0xff)) {
                throw new UserError("prompt: the model has no token for the byte " + String.format("%02x", b) + "; leave its character out");
            }
        }
        return tokenizer.ids(text, false);
    }

    /** Begins with {@link #begin} where the file's template does, and where there is no other token. */
    @Override
    public int[] opening(String text) {
        int[] ids = ids(text);
        return file.template() >= 0 || ids.length == 0 ? Pieces.super.opening(text) : ids;
    }

    @Override
    public byte[] bytes(int id) {
        return id == begin || ends.contains(id) ? new byte[0] : file.bytes()[id].clone();
    }

    @Override
    public byte[] firstBytes(int id) {
        byte[] b = bytes(id);
        return file.spaced() && b.length > 0 && b[0] == ' ' ? Arrays.copyOfRange(b, 1, b.length) : b;
    }
}
