package dev.filigree.infer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** How sequences are gathered for passes of a model. */
public final class Groups {

    /** Tokens a group aims at: enough panels to use each weight well while it is in cache, few enough to stay there. */
    public static final int TOKENS = 512;

    private Groups() {
    }

    /** Sequences by falling length, as their places in the list, cut where a group has its tokens; the same cut for any number of threads. */
    public static List<List<Integer>> of(List<int[]> sequences) {
        List<Integer> order = IntStream.range(0, sequences.size()).boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -sequences.get(i).length)).toList();
        List<List<Integer>> groups = new ArrayList<>();
        int tokens = TOKENS;
        for (int i : order) {
            int length = sequences.get(i).length;
            if (tokens + length > TOKENS) {
                groups.add(new ArrayList<>());
                tokens = 0;
            }
            groups.getLast().add(i);
            tokens += length;
        }
        return groups;
    }
}
