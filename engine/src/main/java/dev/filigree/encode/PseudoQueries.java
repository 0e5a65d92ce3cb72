package dev.filigree.encode;

import dev.filigree.base.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Queries made of documents, where nobody asked any: the title or the beginning, a span cut out at random (Izacard et al. 2021,
 * arXiv:2112.09118), and a few of the words that say most.
 */
final class PseudoQueries {

    private static final int TITLE = 16;
    private static final int SHORTEST_SPAN = 5;
    private static final int LONGEST_SPAN = 15;
    private static final int FEWEST_WORDS = 3;
    private static final int MOST_WORDS = 7;
    /** Of the words that say most, so many times as many as are drawn may be drawn. */
    private static final int CHOICE = 3;

    private PseudoQueries() {
    }

    /** A query and the document that it was made of. */
    record Made(String text, int document) {
    }

    /** @param rng a stream that nobody else draws from */
    static List<Made> of(List<String> documents, Cutter cutter, float[] idf, Rng rng) {
        List<Made> all = new ArrayList<>();
        for (int d = 0; d < documents.size(); d++) {
            List<String> words = Cutter.words(documents.get(d));
            if (words.size() < FEWEST_WORDS) {
                continue;
            }
            all.add(new Made(title(documents.get(d)), d));
            int length = Math.min(words.size(), SHORTEST_SPAN + rng.nextInt(LONGEST_SPAN - SHORTEST_SPAN + 1));
            int from = rng.nextInt(words.size() - length + 1);
            all.add(new Made(String.join(" ", words.subList(from, from + length)), d));
            all.add(new Made(salient(words, cutter, idf, rng), d));
        }
        return all;
    }

    /** The first line up to the end of its first sentence, and not too many words of it. */
    private static String title(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        String[] words = line.split("[.?!]\\s", 2)[0].split("\\s+");
        return String.join(" ", Arrays.copyOf(words, Math.min(TITLE, words.length)));
    }

    private static String salient(List<String> words, Cutter cutter, float[] idf, Rng rng) {
        Map<Integer, String> byTerm = new LinkedHashMap<>();
        Map<Integer, Float> worth = new LinkedHashMap<>();
        for (String w : words) {
            int term = cutter.term(w);
            if (term >= 0) {
                byTerm.putIfAbsent(term, w);
                worth.merge(term, idf[term], Float::sum);
            }
        }
        int count = Math.min(byTerm.size(), FEWEST_WORDS + rng.nextInt(MOST_WORDS - FEWEST_WORDS + 1));
        List<Integer> best = new ArrayList<>(worth.keySet());
        best.sort(Collections.reverseOrder((a, b) -> Float.compare(worth.get(a), worth.get(b))));
        int[] order = rng.permutation(Math.min(best.size(), CHOICE * count));
        List<String> drawn = new ArrayList<>();
        for (int i = 0; i < Math.min(count, order.length); i++) {
            drawn.add(byTerm.get(best.get(order[i])));
        }
        return String.join(" ", drawn);
    }
}
