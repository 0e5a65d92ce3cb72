package dev.filigree.io.data;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Strings of the embedded Reber grammar (Hochreiter and Schmidhuber 1997, Neural Computation 9) and strings that are almost of it;
 * which of both is the class. The last symbol but one must be the second one, whatever lies between, which only a memory can tell.
 * An example has a row for each step and a column for each of the symbols BTPSXVE; strings end at the last step, rows before are zero.
 *
 * @param steps   longest string
 * @param strings those right first
 * @param right   how many are of the grammar
 */
public record ReberStrings(int steps, List<String> strings, int right) implements Examples {

    private static final String SYMBOLS = "BTPSXVE";
    private static final int SHORTEST = 9; // B T B T X S E T E
    private static final int MOST_TRIES = 1000; // for each string
    /** From each state of the inner grammar: a symbol and where it leads, twice; the last state leads nowhere. */
    private static final String[] ARCS = {"B1B1", "T2P3", "S2X4", "T3V5", "X3S6", "P4V6", "E7E7"};
    private static final char END = '7';

    public ReberStrings {
        strings = List.copyOf(strings);
    }

    /**
     * Half of them right and half with one symbol wrong, which every other time is the one that memory must tell. No string to be
     * judged on is among those to learn from.
     *
     * @param steps longest string, at least 9
     * @param train strings to learn from, at least 2
     * @param test  strings to be judged on, at least 2
     */
    public static DataSet make(String name, int steps, int train, int test, long seed) {
        if (steps < SHORTEST || train < 2 || test < 2) {
            throw new UserError("Reber strings: found " + steps + " steps and " + train + " + " + test + " strings, expected at least " + SHORTEST + " and 2 + 2");
        }
        Rng rng = new Rng(seed);
        ReberStrings first = draw(steps, train, Set.of(), rng.split("train"));
        return new DataSet(name, "made up", first, draw(steps, test, Set.copyOf(first.strings), rng.split("test")));
    }

    private static ReberStrings draw(int steps, int count, Set<String> not, Rng rng) {
        List<String> all = new ArrayList<>();
        for (long tries = 0; all.size() < count; tries++) {
            if (tries > MOST_TRIES * (long) count) {
                throw new UserError("Reber strings: found no more than " + all.size() + " of at most " + steps + " symbols that are not learned from, expected " + count
                        + "; ask for longer or fewer ones");
            }
            String s = string(rng);
            boolean right = all.size() < count / 2;
            String t = right ? s : wrong(s, all.size() % 2 == 0, rng);
            if (t.length() <= steps && right == accepts(t) && !not.contains(t)) {
                all.add(t);
            }
        }
        return new ReberStrings(steps, all, count / 2);
    }

    private static String string(Rng rng) {
        char outer = "TP".charAt(rng.nextInt(2));
        StringBuilder s = new StringBuilder("B").append(outer);
        for (char state = '0'; state != END; ) {
            String arcs = ARCS[state - '0'];
            int way = 2 * rng.nextInt(2);
            s.append(arcs.charAt(way));
            state = arcs.charAt(way + 1);
        }
        return s.append(outer).append('E').toString();
    }

    private static String wrong(String s, boolean remembered, Rng rng) {
        int at = remembered ? s.length() - 2 : rng.nextInt(s.length());
        char symbol = remembered ? (s.charAt(at) == 'T' ? 'P' : 'T') : SYMBOLS.charAt(rng.nextInt(SYMBOLS.length()));
        return s.substring(0, at) + symbol + s.substring(at + 1);
    }

    /** Whether a string is of the embedded grammar. */
    public static boolean accepts(String s) {
        if (s.length() < SHORTEST || s.charAt(0) != 'B' || "TP".indexOf(s.charAt(1)) < 0 || s.charAt(s.length() - 2) != s.charAt(1) || s.charAt(s.length() - 1) != 'E') {
            return false;
        }
        char state = '0';
        for (int i = 2; i < s.length() - 2; i++) {
            if (state == END) {
                return false;
            }
            String arcs = ARCS[state - '0'];
            int way = arcs.charAt(0) == s.charAt(i) ? 0 : 2;
            if (arcs.charAt(way) != s.charAt(i)) {
                return false;
            }
            state = arcs.charAt(way + 1);
        }
        return state == END;
    }

    @Override
    public int count() {
        return strings.size();
    }

    @Override
    public Shape shape() {
        return new Shape(1, steps, SYMBOLS.length());
    }

    @Override
    public List<String> classes() {
        return List.of("wrong", "right");
    }

    @Override
    public int label(int example) {
        return example < right ? 1 : 0;
    }

    @Override
    public void read(int example, float[] out) {
        Arrays.fill(out, 0);
        String s = strings.get(example);
        IntStream.range(0, s.length()).forEach(i -> out[(steps - s.length() + i) * SYMBOLS.length() + SYMBOLS.indexOf(s.charAt(i))] = 1);
    }

    @Override
    public String fingerprint() {
        return "Reber strings " + Integer.toHexString(strings.hashCode());
    }
}
