package dev.filigree.retrieve.collection;

import dev.filigree.base.Rng;
import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Documents and queries like those of a learned sparse encoder, without text and without a model. Each is a pure function of the
 * seed and its number, so any part of a collection of any size can be made by any thread.
 *
 * <p>A document is about a subject of a tree ({@link Subjects}): it holds most of the terms that mark its intent, fewer of those of
 * the wider subjects, of another subject nearby, of some aspects (as price, causes, definition), which are the same for all subjects,
 * terms of its own, and popular ones. Terms have kin (as "grow" has "growth",
 * "grows"), which come along with them, as they do in expansions. A query is about an intent and some aspects too: a few of their marking terms
 * and their kin weigh most. So its best documents share nearly all of its heavy terms, many others share some of them, and what a
 * random document shares with it are the popular ones. How scores fall from the near to the random was set so that pairs of made
 * queries are as alike as pairs of real ones are. Weights fall with the rank of a term as {@link CollectionSettings.Shape} says.
 */
public final class GeneratedCollection {

    /** Terms that mark a subject of each level. */
    private static final int[] MARKS = {60, 40, 30, 24, 20, 16};

    /** Terms that mark an aspect. */
    private static final int ASPECT_MARKS = 12;

    /** Terms that belong together. */
    private static final int FAMILY = 6;

    /** By the sum of eight random bytes. */
    private static final double[] NOISE = new double[8 * 255 + 1];

    static {
        double deviation = Math.sqrt(8 * (256 * 256 - 1) / 12.0);
        for (int sum = 0; sum < NOISE.length; sum++) {
            NOISE[sum] = Math.exp(0.25 * (sum - 4 * 255) / deviation);
        }
    }

    private final CollectionSettings settings;
    private final Subjects subjects;
    private final long documents;
    private final long queries;
    private final int[] number;
    private final int[] family;
    private final int[] inFamily;

    /** @param seed the same seed gives the same vectors */
    public GeneratedCollection(CollectionSettings settings, long seed) {
        Rng rng = new Rng(seed).split("collection");
        this.settings = settings;
        this.subjects = new Subjects(settings, rng);
        this.documents = rng.split("documents").nextLong();
        this.queries = rng.split("queries").nextLong();
        this.number = rng.split("numbers").permutation(settings.vocabulary());
        this.family = rng.split("families").permutation(settings.vocabulary());
        this.inFamily = new int[family.length];
        for (int i = 0; i < family.length; i++) {
            inFamily[family[i]] = i;
        }
    }

    public CollectionSettings settings() {
        return settings;
    }

    /** The vector of a document. */
    public SparseVector document(long i) {
        Rng rng = new Rng(documents + i);
        int terms = count(settings.documents(), rng);
        Bag bag = new Bag();
        int[] path = subjects.path(rng);
        marks(bag, path, DOCUMENT, rng);
        if (rng.nextFloat() < 0.6f) {
            marks(bag, subjects.beside(path, 1 + rng.nextInt(CollectionSettings.LEVELS - 1), rng), ASIDE, rng);
        }
        for (int aspects = 2 + rng.nextInt(3); aspects > 0; aspects--) {
            aspect(bag, 0.9, 0.4 * (1 + aspects), 0.5, rng);
        }
        common(bag, terms / 6, 0.4, rng);
        for (int own = terms / 4; own > 0; own--) {
            bag.add(rng.nextFloat() < 0.7f ? subjects.below(path, rng) : subjects.anywhere(rng), 0.4 * noise(rng) * noise(rng) * noise(rng));
        }
        return vector(bag, terms, settings.documents(), rng);
    }

    /** The vector of a query; its intent is drawn as those of documents are. */
    public SparseVector query(long j) {
        Rng rng = new Rng(queries + j);
        int terms = count(settings.queries(), rng);
        Bag bag = new Bag();
        marks(bag, subjects.path(rng), QUERY, rng);
        aspect(bag, 0.8, 1.6, 0.6, rng);
        aspect(bag, 0.8, 1.2, 0.6, rng);
        aspect(bag, 0.6, 0.8, 0.6, rng);
        common(bag, terms / 2, 0.55, rng);
        return vector(bag, terms, settings.queries(), rng);
    }

    /**
     * How much the marking terms of a level belong to a vector.
     *
     * @param share    of the terms of each level that are there; the first ones are more often
     * @param salience of the first term of each level
     * @param kin      share of its kin that comes with a term
     */
    private record Mix(double[] share, double[] salience, double kin) {
    }

    private static final Mix DOCUMENT = new Mix(new double[] {0.15, 0.25, 0.4, 0.65, 0.85, 0.97}, new double[] {0.3, 0.6, 0.9, 1.2, 1.5, 1.8}, 0.85);
    private static final Mix ASIDE = new Mix(new double[] {0.05, 0.1, 0.15, 0.2, 0.3, 0.3}, new double[] {0.15, 0.2, 0.3, 0.4, 0.5, 0.6}, 0.3);
    private static final Mix QUERY = new Mix(new double[] {0.01, 0.04, 0.15, 0.3, 0.5, 0.7}, new double[] {0.2, 0.5, 0.9, 1.2, 1.5, 1.8}, 0.9);

    private void marks(Bag bag, int[] path, Mix mix, Rng rng) {
        for (int level = 0; level < MARKS.length; level++) {
            int at = level;
            marks(bag, MARKS[level], rank -> subjects.marking(path, at, rank), mix.share[level], mix.salience[level], mix.kin, rng);
        }
    }

    private void aspect(Bag bag, double share, double salience, double kin, Rng rng) {
        int aspect = subjects.aspect(rng);
        marks(bag, ASPECT_MARKS, rank -> subjects.aspectTerm(aspect, rank), share, salience, kin, rng);
    }

    private void marks(Bag bag, int marks, IntUnaryOperator term, double share, double first, double kin, Rng rng) {
        for (int rank = 0; rank < marks; rank++) {
            double early = 1 - (double) rank / marks;
            if (rng.nextDouble() < share * (0.5 + 0.5 * early)) {
                double salience = first * (0.1 + 0.9 * Math.pow(early, 5)) * noise(rng);
                int marking = term.applyAsInt(rank);
                bag.add(marking, salience);
                kin(bag, marking, salience, kin, rng);
            }
        }
    }

    private void common(Bag bag, int terms, double salience, Rng rng) {
        for (int i = 0; i < terms; i++) {
            bag.add(subjects.common(rng), salience * noise(rng));
        }
    }

    /** Near kin comes nearly always, distant kin seldom; who is near is the same in all vectors. */
    private void kin(Bag bag, int term, double salience, double share, Rng rng) {
        int place = inFamily[term];
        int first = place / FAMILY * FAMILY;
        for (int i = first; i < Math.min(first + FAMILY, family.length); i++) {
            double near = 1.0 / Math.abs(i - place);
            if (i != place && rng.nextDouble() < share * near) {
                bag.add(family[i], salience * (0.2 + 0.6 * near) * noise(rng));
            }
        }
    }

    /** Fills up with popular terms, keeps the best, and weighs them by rank. */
    private SparseVector vector(Bag bag, int terms, CollectionSettings.Shape shape, Rng rng) {
        for (int i = terms / 5; i > 0 || bag.size() < terms; i--) {
            bag.add(subjects.anywhere(rng), 0.1 * noise(rng));
        }
        double heaviest = shape.heaviest() * Math.exp(shape.heaviestSpread() * rng.nextGaussian());
        double knee = shape.knee() * Math.exp(shape.kneeSpread() * rng.nextGaussian());
        int[] best = bag.best(terms);
        long[] entries = new long[best.length];
        for (int r = 0; r < best.length; r++) {
            double fall = 1 + r / knee;
            entries[r] = (long) number[best[r]] << 32 | Float.floatToIntBits((float) (heaviest * Math.exp(0.08 * rng.nextGaussian()) / (fall * fall)));
        }
        Arrays.sort(entries);
        float[] weights = new float[entries.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Float.intBitsToFloat((int) entries[i]);
        }
        return new SparseVector(Arrays.stream(entries).mapToInt(e -> (int) (e >>> 32)).toArray(), weights);
    }

    private static int count(CollectionSettings.Shape shape, Rng rng) {
        double spread = shape.termsSpread();
        double n = shape.terms() * Math.exp(spread * rng.nextGaussian() - spread * spread / 2);
        return Math.clamp(Math.round(n), shape.least(), shape.most());
    }

    /** How much one and the same term means in one text and in another: nearly log-normal, from the sum of eight bytes. */
    private static double noise(Rng rng) {
        long bytes = rng.nextLong();
        long pairs = (bytes & 0x00FF00FF00FF00FFL) + (bytes >>> 8 & 0x00FF00FF00FF00FFL);
        return NOISE[(int) (pairs * 0x0001000100010001L >>> 48)];
    }
}
