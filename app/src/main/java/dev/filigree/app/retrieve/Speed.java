package dev.filigree.app.retrieve;

import java.util.Arrays;

/**
 * How fast a searcher was, and how much it found.
 *
 * @param name    what ran
 * @param recall  share of the true best documents that it found, a mean over queries
 * @param scored  documents that it looked at one by one for a query, a mean
 * @param micros  microseconds of each query, rising; of several rounds the median
 * @param garbage bytes allocated by a query, a mean
 * @param single  queries a second on one thread
 * @param pair    on two
 */
public record Speed(String name, double recall, double scored, double[] micros, double garbage, double single, double pair) {

    public double median() {
        return at(0.5);
    }

    public double p99() {
        return at(0.99);
    }

    private double at(double share) {
        return micros[Math.min(micros.length - 1, (int) (share * micros.length))];
    }

    /** Of several rounds the median of each query, in order of time. */
    static double[] medians(double[][] rounds) {
        double[] all = new double[rounds[0].length];
        for (int q = 0; q < all.length; q++) {
            int query = q;
            all[q] = Arrays.stream(rounds).mapToDouble(r -> r[query]).sorted().toArray()[rounds.length / 2];
        }
        Arrays.sort(all);
        return all;
    }
}
