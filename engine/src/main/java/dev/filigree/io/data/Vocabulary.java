package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        WORDS
    }

    private final Unit unit;
    private final List<String> tokens;
    private final Map<String, Integer> ids = new HashMap<>();

    /** @throws UserError a token is listed twice */
    public Vocabulary(Unit unit, List<String> tokens) {
        this.unit = unit;
        this.tokens = List.copyOf(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            if (ids.put(tokens.get(i), i) != null) {
                throw new UserError("vocabulary: '" + tokens.get(i) + "' is listed twice");
            }
        }
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

    /** The id of a token. */
    public int id(String token) {
        Integer id = ids.get(token);
        return id != null ? id : ids.getOrDefault(UNKNOWN, 0);
    }
}
