package dev.filigree.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Names that a person may have meant when they typed one that does not exist. */
public final class Near {

    private static final int MOST = 3;

    private Near() {
    }

    /**
     * At most three of {@code choices}, nearest first: those that start with or contain what was asked, and those at a
     * small edit distance (a third of the longer name, at least one; at least two letters in common order for short names).
     */
    public static List<String> names(String asked, Collection<String> choices) {
        String a = plain(asked);
        record Candidate(String name, int cost) {}
        return choices.stream()
                .map(c -> new Candidate(c, cost(a, plain(c))))
                .filter(c -> c.cost <= Math.max(1, Math.max(a.length(), c.name.length()) / 3))
                .sorted(Comparator.comparingInt(Candidate::cost).thenComparing(Candidate::name))
                .limit(MOST)
                .map(Candidate::name)
                .toList();
    }

    /** " - did you mean x or y?", or an empty text when nothing is near. */
    public static String hint(String asked, Collection<String> choices) {
        List<String> near = names(asked, choices);
        return near.isEmpty() ? "" : " - did you mean " + String.join(" or ", near) + "?";
    }

    private static String plain(String s) {
        return s.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
    }

    private static int cost(String a, String b) {
        return a.length() >= 3 && (b.contains(a) || !b.isEmpty() && a.contains(b) && b.length() >= 3) ? 0 : editDistance(a, b);
    }

    /** Insertions, deletions, replacements and swaps of neighbours that turn {@code a} into {@code b}. */
    static int editDistance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int best = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, d[i - 2][j - 2] + 1);
                }
                d[i][j] = best;
            }
        }
        return d[a.length()][b.length()];
    }
}
