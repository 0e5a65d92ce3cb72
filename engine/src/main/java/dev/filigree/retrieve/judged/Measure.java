package dev.filigree.retrieve.judged;

import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A number that says how good the ranking of one query is, from 0 to 1, as trec_eval computes it.
 *
 * @param name    as on the command line: {@code ndcg@10}
 * @param formula what it is
 */
public record Measure(String name, Formula formula) {

    /** What to print when nothing else was asked for. */
    public static final List<Measure> USUAL = List.of(named("ndcg@10"), named("mrr@10"), named("recall@100"), named("recall@1000"), named("map"));

    private static final String KNOWN = "ndcg@K, mrr@K, recall@K, p@K or map, with a number for K";

    /** Computes a measure. */
    @FunctionalInterface
    public interface Formula {

        /**
         * @param gains of the documents found, the best first; 0 where nobody judged them
         * @param ideal all gains above zero that there are, the largest first; not empty
         */
        double of(int[] gains, int[] ideal);
    }

    /** The measure that a person named. */
    public static Measure named(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (name.equals("map")) {
            return new Measure(name, Measure::averagePrecision);
        }
        int k;
        try {
            k = Integer.parseInt(name.substring(name.indexOf('@') + 1));
        } catch (NumberFormatException e) {
            k = 0;
        }
        if (k < 1) {
            throw unknown(text);
        }
        int cut = k;
        return switch (name.substring(0, Math.max(0, name.indexOf('@')))) {
            case "ndcg" -> new Measure(name, (gains, ideal) -> discounted(gains, cut) / discounted(ideal, cut));
            case "mrr" -> new Measure(name, (gains, _) -> reciprocal(gains, cut));
            case "recall" -> new Measure(name, (gains, ideal) -> (double) relevant(gains, cut) / ideal.length);
            case "p" -> new Measure(name, (gains, _) -> (double) relevant(gains, cut) / cut);
            default -> throw unknown(text);
        };
    }

    private static UserError unknown(String text) {
        return new UserError("unknown measure '" + text + "', expected " + KNOWN);
    }

    /** The sum of gains over {@code log2(1 + rank)} down to rank k. */
    private static double discounted(int[] gains, int k) {
        double sum = 0;
        for (int i = 0; i < Math.min(k, gains.length); i++) {
            sum += Math.max(0, gains[i]) / (Math.log(i + 2) / Math.log(2));
        }
        return sum;
    }

    /** One over the rank of the first relevant document; zero where it comes after rank k. */
    private static double reciprocal(int[] gains, int k) {
        for (int i = 0; i < Math.min(k, gains.length); i++) {
            if (gains[i] > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    private static long relevant(int[] gains, int k) {
        return Arrays.stream(gains).limit(k).filter(g -> g > 0).count();
    }

    /** The mean over all relevant documents of the precision at their ranks; zero for those that were not found. */
    private static double averagePrecision(int[] gains, int[] ideal) {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < gains.length; i++) {
            if (gains[i] > 0) {
                sum += (double) ++found / (i + 1);
            }
        }
        return sum / ideal.length;
    }
}
