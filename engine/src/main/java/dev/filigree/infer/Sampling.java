package dev.filigree.infer;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.util.Arrays;

/**
 * How the next token is chosen from its scores.
 *
 * @param temperature scores are divided by this; 0 takes the highest
 * @param topK        only so many of the highest are drawn from; 0 for all
 * @param topP        only the highest that together are this likely (Holtzman et al. 2020, arXiv:1904.09751); 1 for all
 * @param repetition  scores of tokens that occurred are divided by this where positive, multiplied where negative (Keskar et al. 2019, arXiv:1909.05858); 1 for none
 */
public record Sampling(double temperature, int topK, double topP, double repetition) {

    public static final Sampling GREEDY = new Sampling(0, 0, 1, 1);

    public Sampling {
        require(temperature >= 0 && temperature <= 100, "--temperature", temperature, "0 to 100");
        require(topK >= 0, "--top-k", topK, "a number of tokens, 0 for all");
        require(topP > 0 && topP <= 1, "--top-p", topP, "above 0, at most 1");
        require(repetition >= 1 && repetition <= 100, "--repetition", repetition, "1 to 100");
    }

    private static void require(boolean holds, String flag, double found, String expected) {
        if (!holds) {
            throw new UserError(flag + ": found " + found + ", expected " + expected);
        }
    }

    /**
     * One token.
     *
     * @param scores {@code [vocabulary]}, changed
     * @param seen   tokens that occurred
     */
    public int choose(float[] scores, int[] seen, Rng rng) {
        if (repetition != 1) {
            Arrays.stream(seen).distinct().forEach(id -> scores[id] = (float) (scores[id] > 0 ? scores[id] / repetition : scores[id] * repetition));
        }
        if (temperature == 0) {
            return highest(scores);
        }
        int[] order = falling(scores);
        int kept = topK == 0 ? order.length : Math.min(topK, order.length);
        double[] likely = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            likely[i] = Math.exp((scores[order[i]] - scores[order[0]]) / temperature);
            sum += likely[i];
        }
        double mass = 0;
        int last = 0;
        while (last < kept && mass < topP * sum) {
            mass += likely[last++];
        }
        double draw = rng.nextDouble() * mass;
        int i = 0;
        for (double below = likely[0]; i + 1 < last && draw >= below; below += likely[++i]) { }
        return order[i];
    }

    /** Places by falling score, equal ones in their order: a number with the order of floats, turned round, and the place below it. */
    private static int[] falling(float[] scores) {
        long[] keys = new long[scores.length];
        for (int i = 0; i < scores.length; i++) {
            int bits = Float.floatToIntBits(scores[i]);
            keys[i] = (long) ~(bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(k -> (int) k).toArray();
    }

    /** The place of the highest score, the first of equal ones. */
    private static int highest(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }
}
