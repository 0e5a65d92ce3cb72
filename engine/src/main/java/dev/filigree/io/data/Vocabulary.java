package dev.filigree.io.data;

import dev.filigree.base.UserError;
import dev.filigree.io.Pieces;
import dev.filigree.io.TokenizerFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The tokens of a text and their ids, which are places in the list. What is in no list is {@link #UNKNOWN}, where there is that token. */
public final class Vocabulary {

    /** What stands for tokens that the list lacks. */
    public static final String UNKNOWN = "<unk>";

    /** What stands for the end of a line, among words. */
    public static final String END = "<eos>";

    /** What a token is. */
    public enum Unit {
        /** One byte: 256 tokens, whatever the text. */
        BYTES,
        /** One Unicode character. */
        CHARACTERS,
        /** What stands between spaces; each line ends with {@link #END}. */
        WORDS,
        /** What a language model reads: parts of words, from a vocabulary that was learned. */
        PIECES
    }

    /** Characters that are turned into pieces at once, and the rest of their line. */
    private static final int CHUNK = 1 << 16;

    private final Unit unit;
    private final Pieces pieces; // null where tokens are no pieces
    private final TokenizerFile file; // what they were read from
    private final List<String> tokens;
    private final Map<String, Integer> ids = new HashMap<>();

    /** @throws UserError a token is listed twice */
    public Vocabulary(Unit unit, List<String> tokens) {
        this.unit = unit;
        this.pieces = null;
        this.file = null;
        this.tokens = List.copyOf(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            if (ids.put(tokens.get(i), i) != null) {
                throw new UserError("vocabulary: '" + tokens.get(i) + "' is listed twice");
            }
        }
    }

    /**
     * The vocabulary of a language model.
     *
     * @param file what it was read from
     */
    public Vocabulary(Pieces pieces, TokenizerFile file) {
        this.unit = Unit.PIECES;
        this.pieces = pieces;
        this.file = file;
        this.tokens = IntStream.range(0, pieces.size()).mapToObj(i -> new String(pieces.bytes(i), StandardCharsets.UTF_8)).toList();
    }

    /**
     * The tokens of a text, the most frequent first and equally frequent ones in the order of their characters.
     *
     * @param most tokens kept, the unknown one included
     */
    static Vocabulary of(Unit unit, List<String> text, int most) {
        if (unit == Unit.BYTES) {
            return new Vocabulary(unit, IntStream.range(0, 256).mapToObj(b -> String.valueOf((char) b)).toList());
        }
        Map<String, Integer> counts = new HashMap<>();
        text.forEach(t -> counts.merge(t, 1, Integer::sum));
        counts.remove(UNKNOWN);
        List<String> tokens = new ArrayList<>(counts.keySet());
        tokens.sort((a, b) -> counts.get(a).equals(counts.get(b)) ? a.compareTo(b) : counts.get(b) - counts.get(a));
        List<String> kept = new ArrayList<>(tokens.subList(0, Math.min(tokens.size(), most - 1)));
        kept.addFirst(UNKNOWN);
        return new Vocabulary(unit, kept);
    }

    public Unit unit() {
        return unit;
    }

    public List<String> tokens() {
        return tokens;
    }

    public int size() {
        return tokens.size();
    }

    /** The id that begins every window of a text; -1 where windows begin with the text. */
    public int begin() {
        return pieces == null ? -1 : pieces.begin();
    }

    /** What pieces were read from; none where tokens are no pieces. */
    public Optional<TokenizerFile> file() {
        return Optional.ofNullable(file);
    }

    /** Bytes of a text that a token stands for, in UTF-8; a token for what is not known counts as itself. */
    public int bytes(int id) {
        return switch (unit) {
            case BYTES -> 1;
            case CHARACTERS -> tokens.get(id).getBytes(StandardCharsets.UTF_8).length;
            case WORDS -> tokens.get(id).equals(END) ? 1 : tokens.get(id).getBytes(StandardCharsets.UTF_8).length + 1;
            case PIECES -> pieces.bytes(id).length;
        };
    }

    /** A text in pieces, some lines at a time. */
    int[] ids(String text) {
        IntStream.Builder ids = IntStream.builder();
        for (int from = 0, to; from < text.length(); from = to) {
            int line = text.indexOf('\n', Math.min(text.length(), from + CHUNK));
            to = line < 0 ? text.length() : line + 1;
            Arrays.stream(pieces.ids(text.substring(from, to))).forEach(ids::add);
        }
        return ids.build().toArray();
    }

    /** The id of a token. */
    public int id(String token) {
        Integer id = ids.get(token);
        return id != null ? id : ids.getOrDefault(UNKNOWN, 0);
    }
}
