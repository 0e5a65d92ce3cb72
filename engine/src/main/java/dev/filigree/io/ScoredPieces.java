package dev.filigree.io;

import dev.filigree.base.UserError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Byte pairs with scores, as Llama has them: a text begins as its characters, and of all neighbours that together are a token
 * the pair of the highest score is joined, the first of equal ones, until there is none (Sennrich et al. 2016, arXiv:1508.07909; Kudo and
 * Richardson 2018, arXiv:1808.06226). Characters without a token become bytes.
 */
public final class ScoredPieces implements Pieces {

    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-F]{2})>");

    private final int begin;
    private final List<Integer> ends;
    private final List<String> pieces;
    private final float[] scores;
    private final byte[][] bytes;
    private final int[] byteIds = new int[256];
    private final Map<String, Integer> ids = new HashMap<>();

    /**
     * Checks a vocabulary.
     *
     * @param source names it in faults
     * @param pieces what tokens stand for; {@code <0x0A>} for a byte
     * @param begin  the token that begins a text
     * @param ends   those that end one
     */
    ScoredPieces(String source, List<String> pieces, float[] scores, int begin, List<Integer> ends) {
        this.begin = begin;
        this.ends = List.copyOf(ends);
        this.pieces = List.copyOf(pieces);
        this.scores = scores.clone();
        if (pieces.size() != scores.length || begin >= pieces.size() || ends.isEmpty() || ends.stream().anyMatch(id -> id < 0 || id >= pieces.size())) {
            throw Faults.corrupt(source, "has " + pieces.size() + " tokens and " + scores.length + " scores, begins a text with token " + begin + " and ends it with " + ends);
        }
        Arrays.fill(byteIds, -1);
        this.bytes = new byte[pieces.size()][];
        for (int i = 0; i < pieces.size(); i++) {
            Matcher m = BYTE.matcher(pieces.get(i));
            if (m.matches()) {
                int b = Integer.parseInt(m.group(1), 16);
                byteIds[b] = i;
                bytes[i] = new byte[] {(byte) b};
            } else {
                bytes[i] = ends(i) ? new byte[0] : pieces.get(i).getBytes(StandardCharsets.UTF_8);
                ids.putIfAbsent(pieces.get(i), i);
            }
        }
    }

    @Override
    public int size() {
        return pieces.size();
    }

    /** What a token stands for, as the file has it. */
    String piece(int id) {
        return pieces.get(id);
    }

    /** The higher, the earlier it is joined. */
    float score(int id) {
        return scores[id];
    }

    @Override
    public int begin() {
        return begin;
    }

    @Override
    public int end() {
        return ends.getFirst();
    }

    @Override
    public boolean ends(int id) {
        return id == begin || ends.contains(id);
    }

    @Override
    public byte[] bytes(int id) {
        return bytes[id].clone();
    }

    @Override
    public byte[] firstBytes(int id) {
        byte[] b = bytes(id);
        return b.length > 0 && b[0] == ' ' ? Arrays.copyOfRange(b, 1, b.length) : b;
    }

    /** Two neighbours that may be joined; stale once either has changed. */
    private record Pair(float score, int left, int right, String joined) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            return score != other.score ? Float.compare(other.score, score) : Integer.compare(left, other.left);
        }
    }

    /** Symbols of a text as a chain: joining one with the next makes the next empty. */
    private final class Chain {

        private final List<String> text = new ArrayList<>();
        private int[] before;
        private int[] after;
        private final PriorityQueue<Pair> pairs = new PriorityQueue<>();

        Chain(String whole) {
            whole.codePoints().forEach(c -> text.add(Character.toString(c)));
            before = new int[text.size()];
            after = new int[text.size()];
            for (int i = 0; i < text.size(); i++) {
                before[i] = i - 1;
                after[i] = i + 1;
                offer(i - 1, i);
            }
        }

        private void offer(int left, int right) {
            if (left >= 0 && right < text.size()) {
                String joined = text.get(left) + text.get(right);
                Integer id = ids.get(joined);
                if (id != null) {
                    pairs.add(new Pair(scores[id], left, right, joined));
                }
            }
        }

        private List<String> joined() {
            for (Pair p = pairs.poll(); p != null; p = pairs.poll()) {
                boolean fresh = !text.get(p.left).isEmpty() && after[p.left] == p.right && p.joined.equals(text.get(p.left) + text.get(p.right));
                if (fresh) {
                    text.set(p.left, p.joined);
                    text.set(p.right, "");
                    after[p.left] = after[p.right];
                    if (after[p.left] < text.size()) {
                        before[after[p.left]] = p.left;
                    }
                    offer(before[p.left], p.left);
                    offer(p.left, after[p.left]);
                }
            }
            return text.stream().filter(s -> !s.isEmpty()).toList();
        }
    }

    /** A space is put before every text, as these vocabularies were made. */
    @Override
    public int[] ids(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        List<Integer> out = new ArrayList<>();
        for (String symbol : new Chain(" " + text).joined()) {
            Integer id = ids.get(symbol);
            if (id != null) {
                out.add(id);
                continue;
            }
            for (byte b : symbol.getBytes(StandardCharsets.UTF_8)) {
                int i = byteIds[b & 0xff];
                if (i < 0) {
                    throw new UserError("prompt: the model has no token for " + Faults.quote(symbol) + "; leave it out");
                }
                out.add(i);
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The text of some tokens that follow the first. */
    public String text(int... tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id : tokens) {
            out.writeBytes(bytes[id]);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
