package dev.filigree.encode;

import dev.filigree.infer.SentenceEncoder;
import dev.filigree.retrieve.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Cuts a text into the pieces that a model reads, and says which term of the index begins at which of them. A word is cut by itself
 * and remembered, so that a text of known words costs a look-up for each. Safe for many threads.
 */
final class Cutter {

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+|[^\\s\\p{L}\\p{N}]");
    /** Words remembered at most; past it all are forgotten. */
    private static final int MOST = 1 << 20;

    private final SentenceEncoder model;
    private final Function<String, List<String>> analyzer;
    private final Vocabulary vocabulary;
    private final int longest;
    private final int first;
    private final int last;
    private final Map<String, Word> known = new ConcurrentHashMap<>();

    /** @param longest tokens of a text, those around it included; the rest of it is not read */
    Cutter(SentenceEncoder model, Function<String, List<String>> analyzer, Vocabulary vocabulary, int longest) {
        this.model = model;
        this.analyzer = analyzer;
        this.vocabulary = vocabulary;
        this.longest = Math.min(longest, model.config().maxPositions());
        int[] around = model.tokens("");
        this.first = around[0];
        this.last = around[around.length - 1];
    }

    /**
     * A text as the model reads it.
     *
     * @param ids    of its pieces, from the first special token to the last
     * @param places where words begin that are terms
     * @param terms  one for each place
     */
    record Cut(int[] ids, int[] places, int[] terms) {
    }

    /**
     * A word.
     *
     * @param places of the pieces at which a term begins
     * @param terms  one for each place
     */
    private record Word(int[] pieces, int[] places, int[] terms) {
    }

    Cut cut(String text) {
        int[] ids = new int[longest];
        int[] places = new int[longest];
        int[] terms = new int[longest];
        int size = 0;
        int found = 0;
        ids[size++] = first;
        Matcher m = WORD.matcher(text);
        while (m.find()) {
            Word w = word(m.group());
            if (size + w.pieces.length >= longest) {
                break;
            }
            for (int i = 0; i < w.terms.length; i++) {
                places[found] = size + w.places[i];
                terms[found++] = w.terms[i];
            }
            System.arraycopy(w.pieces, 0, ids, size, w.pieces.length);
            size += w.pieces.length;
        }
        ids[size++] = last;
        return new Cut(Arrays.copyOf(ids, size), Arrays.copyOf(places, found), Arrays.copyOf(terms, found));
    }

    /** The words of a text, as they stand there. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher m = WORD.matcher(text);
        while (m.find()) {
            words.add(m.group());
        }
        return words;
    }

    /** The terms of a word: one or none, or those of its pieces. */
    int[] terms(String word) {
        return word(word).terms;
    }

    /** The first term of a word; -1 for none. */
    int term(String word) {
        int[] terms = terms(word);
        return terms.length == 0 ? -1 : terms[0];
    }

    private Word word(String text) {
        Word w = known.get(text);
        if (w == null) {
            int[] ids = model.tokens(text);
            w = word(Arrays.copyOfRange(ids, 1, ids.length - 1), analyzer.apply(text));
            if (known.size() >= MOST) {
                known.clear();
            }
            known.put(text, w);
        }
        return w;
    }

    /** Where the analyzer gives as many terms as there are pieces, these are the terms; else the first stands for the word. */
    private Word word(int[] pieces, List<String> names) {
        int most = names.size() == pieces.length ? pieces.length : Math.min(1, names.size());
        int[] places = IntStream.range(0, most).filter(i -> vocabulary.number(names.get(i)).isPresent()).toArray();
        return new Word(pieces, places, Arrays.stream(places).map(i -> vocabulary.number(names.get(i)).getAsInt()).toArray());
    }
}
