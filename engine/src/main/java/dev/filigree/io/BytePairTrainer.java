package dev.filigree.io;

import dev.filigree.base.UserError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a vocabulary of byte pairs from a text (Sennrich et al. 2016, arXiv:1508.07909; on bytes: Radford et al. 2019): words begin as their
 * bytes, and again and again the two neighbours that stand side by side most often become one token, until there are enough or none
 * stands twice. Of equally frequent pairs the one whose left part comes first in the order of bytes is joined, then whose right part does.
 *
 * <p>The counts of all pairs are kept up to date, so that a merge costs what the words that hold it cost.
 */
public final class BytePairTrainer {

    /** What a word is (Radford et al. 2019): endings after an apostrophe, letters, digits or signs with the space before them, space. */
    static final Pattern WORD = Pattern.compile("'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    /** The bytes, and the token that begins and ends a text. */
    private static final int FEWEST = 257;
    private static final int MOST = 1 << 20;

    private final List<Word> words = new ArrayList<>();
    private final BytePairs found = new BytePairs();
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Offer> offers = new PriorityQueue<>(this::order);

    /** A word of the text as tokens, and how often it stands there. */
    private static final class Word {
        private int[] tokens;
        private final long count;

        Word(int[] tokens, long count) {
            this.tokens = tokens;
            this.count = count;
        }
    }

    /** How often two tokens are neighbours, and the words in which they are or were. */
    private static final class Pair {
        private long count;
        private int[] words = new int[2];
        private int size;

        void add(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            words = size == words.length ? Arrays.copyOf(words, 2 * size) : words;
            words[size++] = word;
        }
    }

    /** A pair as it was counted once; stale when its count has changed. */
    private record Offer(long count, long pair) {
    }

    private BytePairTrainer(Map<String, Long> counts) {
        counts.forEach((text, count) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            Arrays.setAll(tokens, i -> found.ofByte(bytes[i]));
            words.add(new Word(tokens, count));
        });
        for (int w = 0; w < words.size(); w++) {
            count(w, 1);
        }
        pairs.forEach((key, pair) -> offers.add(new Offer(pair.count, key)));
    }

    /**
     * A vocabulary of a text.
     *
     * @param text  in parts; no word reaches from one to the next
     * @param size  tokens, those of bytes and the one that begins a text included; fewer come out where no pair stands twice any more
     * @throws UserError the size is impossible or there is no text
     */
    public static BytePairs train(Iterable<? extends CharSequence> text, int size) {
        if (size < FEWEST || size > MOST) {
            throw new UserError("--vocabulary: found " + size + ", expected " + FEWEST + " to " + MOST + " tokens: each byte is one, and so is what begins a text");
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        for (CharSequence part : text) {
            for (Matcher m = WORD.matcher(part); m.find();) {
                counts.merge(m.group(), 1L, Long::sum);
            }
        }
        if (counts.isEmpty()) {
            throw new UserError("vocabulary: found no text to learn it from");
        }
        return new BytePairTrainer(counts).trained(size);
    }

    private BytePairs trained(int size) {
        while (found.size() < size) {
            Offer best = offers.poll();
            if (best == null) {
                return found;
            }
            long now = pairs.get(best.pair).count;
            if (best.count != now) {
                offers.add(new Offer(now, best.pair));
            } else if (now < 2) {
                return found;
            } else {
                merge(best.pair);
            }
        }
        return found;
    }

    private void merge(long key) {
        int left = (int) (key >>> 32);
        int right = (int) key;
        int joined = found.merge(left, right);
        Pair pair = pairs.get(key);
        int[] within = Arrays.copyOf(pair.words, pair.size);
        pair.size = 0;
        Set<Long> grown = new LinkedHashSet<>();
        for (int w : within) {
            Word word = words.get(w);
            int[] tokens = joined(word.tokens, left, right, joined);
            if (tokens.length < word.tokens.length) {
                count(w, -1);
                word.tokens = tokens;
                count(w, 1);
                for (int i = 0; i + 1 < tokens.length; i++) {
                    if (tokens[i] == joined || tokens[i + 1] == joined) {
                        grown.add(key(tokens[i], tokens[i + 1]));
                    }
                }
            }
        }
        grown.forEach(k -> offers.add(new Offer(pairs.get(k).count, k)));
    }

    /** Counts the pairs of a word, or takes them back. */
    private void count(int w, int sign) {
        Word word = words.get(w);
        for (int i = 0; i + 1 < word.tokens.length; i++) {
            Pair pair = pairs.computeIfAbsent(key(word.tokens[i], word.tokens[i + 1]), k -> new Pair());
            pair.count += sign * word.count;
            if (sign > 0) {
                pair.add(w);
            }
        }
    }

    private static int[] joined(int[] tokens, int left, int right, int joined) {
        int[] out = new int[tokens.length];
        int n = 0;
        for (int i = 0; i < tokens.length; i++) {
            boolean here = tokens[i] == left && i + 1 < tokens.length && tokens[i + 1] == right;
            out[n++] = here ? joined : tokens[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(out, n);
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    private int order(Offer a, Offer b) {
        if (a.count != b.count) {
            return Long.compare(b.count, a.count);
        }
        int left = Arrays.compareUnsigned(found.bytes((int) (a.pair >>> 32)), found.bytes((int) (b.pair >>> 32)));
        return left != 0 ? left : Arrays.compareUnsigned(found.bytes((int) a.pair), found.bytes((int) b.pair));
    }
}
