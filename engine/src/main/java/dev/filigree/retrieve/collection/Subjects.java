package dev.filigree.retrieve.collection;

import dev.filigree.base.Rng;
import java.util.Arrays;

/**
 * What a made collection is about: a tree of subjects, each with its own terms, some of them from the pools of the
 * subjects above. Nothing is stored: terms of a subject follow from its number, so there may be millions.
 */
final class Subjects {

    /** Cells of the tables of quantiles. */
    private static final int CELLS = 1 << 16;

    /** Popularity of the child of rank r below its parent: {@code (r + 1)^-SKEW}. */
    private static final double SKEW = 0.4;

    private final int vocabulary;
    private final int branching;
    private final long seed;
    private final int[] common;
    private final int[] anywhere;
    private final int[] topical;
    private final int[] aspects;
    private final int[] subjects;
    private final double[] children;

    Subjects(CollectionSettings settings, Rng rng) {
        this.vocabulary = settings.vocabulary();
        this.branching = settings.branching();
        this.seed = rng.split("subjects").nextLong();
        this.common = quantiles(0.5, 6, 160);
        this.anywhere = quantiles(0.85, 12, vocabulary);
        this.topical = quantiles(0.8, 200, vocabulary);
        this.aspects = quantiles(0.8, 3, ASPECTS);
        this.subjects = new int[CollectionSettings.LEVELS];
        Arrays.setAll(subjects, level -> Math.powExact(branching, level + 1));
        this.children = new double[branching];
        double sum = 0;
        for (int r = 0; r < branching; r++) {
            sum += Math.pow(r + 1, -SKEW);
            children[r] = sum;
        }
        for (int r = 0; r < branching; r++) {
            children[r] /= sum;
        }
    }

    /** Quantiles of the distribution over the first {@code most} terms in which term v has a share near {@code (v + flat)^-slope}. */
    private int[] quantiles(double slope, double flat, int most) {
        double low = Math.pow(flat, 1 - slope);
        double high = Math.pow(most + flat, 1 - slope);
        int[] terms = new int[CELLS];
        for (int c = 0; c < CELLS; c++) {
            double u = (c + 0.5) / CELLS;
            terms[c] = Math.clamp((long) (Math.pow(low + u * (high - low), 1 / (1 - slope)) - flat), 0, most - 1);
        }
        return terms;
    }

    /** A path from the root: the number of a subject on each level, the finest last. */
    int[] path(Rng rng) {
        int[] path = new int[CollectionSettings.LEVELS];
        int parent = 0;
        for (int level = 0; level < path.length; level++) {
            double u = rng.nextDouble();
            int child = 0;
            while (child < branching - 1 && children[child] < u) {
                child++;
            }
            parent = parent * branching + child;
            path[level] = parent;
        }
        return path;
    }

    /** Another path that shares the first {@code shared} levels. */
    int[] beside(int[] path, int shared, Rng rng) {
        int[] other = path(rng);
        for (int level = 0; level < other.length; level++) {
            int own = other[level] % branching;
            other[level] = level < shared ? path[level] : (level == 0 ? 0 : other[level - 1] * branching) + own;
        }
        return other;
    }

    /** A term that texts of all kinds hold. */
    int common(Rng rng) {
        return common[rng.nextInt(CELLS)];
    }

    /** A term of any kind, the popular ones most often. */
    int anywhere(Rng rng) {
        return anywhere[rng.nextInt(CELLS)];
    }

    /** The term of a rank in the pool of a subject: always the same. */
    int pooled(int level, int subject, int rank) {
        return topical[(int) (mix(seed + level, ((long) subject << 20) + rank) >>> 48)];
    }

    /**
     * The term of a rank among those that mark a subject: some are its own, most come from the pools of the subjects above it,
     * the nearest most often, and there the first ones; so subjects that are near each other share them.
     */
    int marking(int[] path, int level, int rank) {
        long h = mix(seed + 16 + level, ((long) path[level] << 20) + rank);
        double u = (h >>> 40) * 0x1p-24;
        if (level > 2 && (h & 3) == 0) {
            int other = 1 + (int) (h >>> 2 & 3) % 3;
            return pooled(other, (int) ((h >>> 8 & 0xFFFFFFFFL) % subjects[other]), (int) (FACET * u));
        }
        int up = Math.min(level, Long.numberOfTrailingZeros(h >>> 2 | 1L << 20));
        return up == 0 ? pooled(level, path[level], rank) : pooled(level - up, path[level - up], (int) (POOL[level - up] * u * u));
    }

    /** What is said of a subject, such as its price, its causes or its definition: the same for all subjects, some asked for often. */
    int aspect(Rng rng) {
        return aspects[rng.nextInt(CELLS)];
    }

    /** The term of a rank among those that mark an aspect. */
    int aspectTerm(int aspect, int rank) {
        return topical[(int) (mix(seed - 1, ((long) aspect << 20) + rank) >>> 48)];
    }

    private static final int ASPECTS = 80;

    /** Of the pool of a subject elsewhere, so many terms are asked for beside others. */
    private static final int FACET = 12;

    /** Terms in the pool of a subject of each level. */
    private static final int[] POOL = {3000, 1000, 300, 120, 60, 30};

    /** A term of one of the pools along a path. */
    int below(int[] path, Rng rng) {
        int level = rng.nextInt(path.length - 2);
        double u = rng.nextDouble();
        return pooled(level, path[level], (int) (POOL[level] * u * u));
    }

    private static long mix(long a, long b) {
        long z = a * 0x9E3779B97F4A7C15L + b;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
