package dev.filigree.io.data;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sums of two numbers modulo {@code p}: what networks grok (Power et al. 2022, arXiv:2201.02177). An example has {@code p}
 * features, how often each number occurs, and the sum is its class. Each pair comes once, whatever its order, so that no example
 * of a test is one of training turned round.
 *
 * @param pairs examples, {@code a p + b} for {@code a <= b}
 */
public record ModularSums(int p, int[] pairs) implements Examples {

    public ModularSums {
        pairs = pairs.clone();
    }

    /**
     * All pairs, some to learn from and the rest to be judged on, at random.
     *
     * @param share to learn from, above 0 and below 1
     */
    public static DataSet make(String name, int p, double share, long seed) {
        if (p < 2 || p > 1 << 10 || !(share > 0 && share < 1)) {
            throw new UserError("modular sums: found p=" + p + " and a share of " + share + " to learn from, expected p in 2 .. 1024 and a share between 0 and 1");
        }
        int[] all = IntStream.range(0, p * p).filter(i -> i / p <= i % p).toArray();
        int[] order = new Rng(seed).split("split").permutation(all.length);
        int[] shuffled = Arrays.stream(order).map(i -> all[i]).toArray();
        int cut = Math.clamp(Math.round(share * all.length), 1, all.length - 1);
        return new DataSet(name, "made up, " + cut + " of " + all.length + " pairs to learn from",
                new ModularSums(p, Arrays.copyOf(shuffled, cut)), new ModularSums(p, Arrays.copyOfRange(shuffled, cut, all.length)));
    }

    @Override
    public int count() {
        return pairs.length;
    }

    @Override
    public Shape shape() {
        return Shape.of(p);
    }

    @Override
    public List<String> classes() {
        return IntStream.range(0, p).mapToObj(Integer::toString).toList();
    }

    @Override
    public int label(int example) {
        return (pairs[example] / p + pairs[example] % p) % p;
    }

    @Override
    public void read(int example, float[] out) {
        Arrays.fill(out, 0);
        out[pairs[example] / p]++;
        out[pairs[example] % p]++;
    }

    @Override
    public String fingerprint() {
        return "sums modulo " + p + " " + Integer.toHexString(Arrays.hashCode(pairs));
    }
}
