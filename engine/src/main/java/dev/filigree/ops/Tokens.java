package dev.filigree.ops;

import java.util.List;

/**
 * Token ids of some sequences, end to end.
 *
 * @param ids   one id a token
 * @param spans where each sequence lies
 */
public record Tokens(int[] ids, Spans spans) implements Sequences {

    public Tokens {
        if (ids.length != spans.tokens()) {
            throw new IllegalArgumentException(ids.length + " ids for " + spans.tokens() + " tokens");
        }
    }

    /** Packs sequences; none may be empty. */
    public static Tokens of(List<int[]> sequences) {
        int[] start = new int[sequences.size() + 1];
        for (int i = 0; i < sequences.size(); i++) {
            if (sequences.get(i).length == 0) {
                throw new IllegalArgumentException("sequence " + i + " is empty");
            }
            start[i + 1] = start[i] + sequences.get(i).length;
        }
        int[] ids = new int[start[sequences.size()]];
        for (int i = 0; i < sequences.size(); i++) {
            System.arraycopy(sequences.get(i), 0, ids, start[i], sequences.get(i).length);
        }
        return new Tokens(ids, new Spans(start));
    }

    @Override
    public int size() {
        return spans.count();
    }

    public int tokens() {
        return ids.length;
    }

    @Override
    public int[] positions() {
        int[] p = new int[ids.length];
        for (int s = 0; s < spans.count(); s++) {
            for (int t = spans.start()[s]; t < spans.start()[s + 1]; t++) {
                p[t] = t - spans.start()[s];
            }
        }
        return p;
    }
}
