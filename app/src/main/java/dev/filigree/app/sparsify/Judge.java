package dev.filigree.app.sparsify;

import dev.filigree.io.text.Pair;
import dev.filigree.report.Metrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Scores encoders against the dense one: held-out sentences and scored pairs, tokenized once. */
public final class Judge {

    private final List<int[]> heldOut;
    private final List<int[]> pairSentences = new ArrayList<>();
    private final int[][] pairs;
    private final double[] scores;
    private float[][] denseHeldOut;
    private float[][] densePairs;

    /**
     * @param heldOut  sentences for the cosine
     * @param pairs    scored pairs for the rank correlation
     * @param tokenize text to ids
     */
    public Judge(List<String> heldOut, List<Pair> pairs, Function<String, int[]> tokenize) {
        this.heldOut = heldOut.stream().map(tokenize).toList();
        this.pairs = new int[pairs.size()][];
        this.scores = pairs.stream().mapToDouble(Pair::score).toArray();
        Map<String, Integer> known = new LinkedHashMap<>();
        for (int i = 0; i < pairs.size(); i++) {
            this.pairs[i] = new int[] {index(pairs.get(i).first(), known, tokenize), index(pairs.get(i).second(), known, tokenize)};
        }
    }

    /** Takes {@code encode} as the reference and scores it: its cosines are 1. */
    public Closeness dense(Function<List<int[]>, float[][]> encode) {
        denseHeldOut = encode.apply(heldOut);
        densePairs = encode.apply(pairSentences);
        return new Closeness(1, 1, spearman(densePairs));
    }

    /** The cosine of the two sentences of each pair. */
    public double[] similarities(Function<List<int[]>, float[][]> encode) {
        return similarities(encode.apply(pairSentences));
    }

    /** What people said of each pair. */
    public double[] scores() {
        return scores.clone();
    }

    /** Scores {@code encode} beside the reference. */
    public Closeness score(Function<List<int[]>, float[][]> encode) {
        float[][] embeddings = encode.apply(pairSentences);
        return new Closeness(cosine(encode.apply(heldOut), denseHeldOut), cosine(embeddings, densePairs), spearman(embeddings));
    }

    /** Mean cosine over the first {@code count} held-out sentences: a quick look during recovery. */
    public double glance(Function<List<int[]>, float[][]> encode, int count) {
        List<int[]> some = heldOut.subList(0, Math.min(count, heldOut.size()));
        return cosine(encode.apply(some), denseHeldOut);
    }

    public int heldOutCount() {
        return heldOut.size();
    }

    public int pairCount() {
        return pairs.length;
    }

    private int index(String sentence, Map<String, Integer> known, Function<String, int[]> tokenize) {
        return known.computeIfAbsent(sentence, s -> {
            pairSentences.add(tokenize.apply(s));
            return pairSentences.size() - 1;
        });
    }

    private double spearman(float[][] embeddings) {
        return Metrics.spearman(similarities(embeddings), scores);
    }

    private double[] similarities(float[][] embeddings) {
        return Arrays.stream(pairs).mapToDouble(p -> Metrics.cosine(embeddings[p[0]], embeddings[p[1]])).toArray();
    }

    /** Mean cosine of row i to row i of the reference, which may have more rows. */
    private static double cosine(float[][] embeddings, float[][] reference) {
        double sum = 0;
        for (int i = 0; i < embeddings.length; i++) {
            sum += Metrics.cosine(embeddings[i], reference[i]);
        }
        return sum / embeddings.length;
    }
}
