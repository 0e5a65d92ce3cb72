package dev.filigree.retrieve.judged;

import java.util.Comparator;

/** The order of ids: that of their bytes in UTF-8, in which C compares them, which is that of their characters' numbers. */
final class Ids {

    static final Comparator<String> ORDER = Ids::compare;

    private Ids() {
    }

    private static int compare(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            if (a.charAt(i) != b.charAt(i)) {
                boolean both = Character.isSurrogate(a.charAt(i)) == Character.isSurrogate(b.charAt(i));
                return both ? a.charAt(i) - b.charAt(i) : Character.isSurrogate(a.charAt(i)) ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }
}
