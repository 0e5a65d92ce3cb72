package dev.filigree.app.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The part of a text that shows best why it was found. */
public final class Snippet {

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    private static final int SHORTEST_STEM = 4;

    private record Word(int from, int to, String match, double share) {
    }

    private Snippet() {
    }

    /**
     * At most about {@code length} characters of a text on one line, those in which most of the score is found: each term counts once. A word is taken to be of a term
     * that begins as it does, for terms may be stems or pieces of words.
     *
     * @param shares of the score, of each term
     */
    public static String of(String text, Map<String, Double> shares, int length) {
        List<Word> words = new ArrayList<>();
        for (Matcher m = WORD.matcher(text); m.find(); ) {
            String word = m.group().toLowerCase(Locale.ROOT);
            String match = shares.keySet().stream().filter(t -> same(word, t.replaceFirst("^(##|\u2581|\u0120)", ""))).findFirst().orElse("");
            words.add(new Word(m.start(), m.end(), match, shares.getOrDefault(match, 0.0)));
        }
        if (words.isEmpty()) {
            return line(text.substring(0, Math.min(text.length(), length)));
        }
        int best = 0;
        int bestEnd = 0;
        double most = -1;
        for (int first = 0; first < words.size(); first++) {
            int last = first;
            while (last + 1 < words.size() && words.get(last + 1).to - words.get(first).from <= length) {
                last++;
            }
            double share = words.subList(first, last + 1).stream().filter(w -> !w.match.isEmpty()).collect(Collectors.toMap(Word::match, Word::share, (a, _) -> a)).values()
                    .stream().mapToDouble(Double::doubleValue).sum();
            if (share > most + 1e-9) {
                most = share;
                best = first;
                bestEnd = last;
            }
        }
        int from = best == 0 ? 0 : words.get(best).from;
        int to = bestEnd == words.size() - 1 ? Math.min(text.length(), from + 2 * length) : words.get(bestEnd).to;
        return (from == 0 ? "" : "... ") + line(text.substring(from, to)) + (to < text.length() ? " ..." : "");
    }

    private static boolean same(String word, String term) {
        String t = term.toLowerCase(Locale.ROOT);
        return word.equals(t) || t.length() >= SHORTEST_STEM - 1 && word.startsWith(t) || word.length() >= SHORTEST_STEM && t.startsWith(word.substring(0, word.length() - 1));
    }

    private static String line(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
