package dev.filigree.retrieve.collection;

/**
 * What a made collection is like. The presets follow SPLADE on MS MARCO passages; where each number was taken from stands in
 * README.
 *
 * @param vocabulary number of terms
 * @param branching  subjects below each subject; there are {@link #LEVELS} levels, so {@code branching^6} finest ones
 * @param documents  the vectors of documents
 * @param queries    the vectors of queries
 */
public record CollectionSettings(int vocabulary, int branching, Shape documents, Shape queries) {

    /** Levels of the tree of subjects, from whole fields down to what a single query asks for. */
    public static final int LEVELS = 6;

    /** As SPLADE++ (ensemble distillation, arXiv:2205.04733): long queries. */
    public static final CollectionSettings SPLADE = new CollectionSettings(30_000, 6,
            new Shape(150, 0.24, 24, 400, 2.0, 0.06, 40, 0.1), new Shape(43, 0.36, 5, 100, 2.68, 0.12, 9, 0.3));

    /** As SPLADE-v3 (arXiv:2403.06789): longer documents, short queries. */
    public static final CollectionSettings SPLADE_V3 = new CollectionSettings(30_000, 6,
            new Shape(170, 0.24, 24, 400, 1.4, 0.12, 40, 0.15), new Shape(24, 0.3, 3, 60, 1.4, 0.15, 9, 0.3));

    public CollectionSettings {
        if (vocabulary < 1000 || vocabulary > 65_536) {
            throw new IllegalArgumentException("a made collection has 1,000 to 65,536 terms, found " + vocabulary);
        }
        if (branching < 1 || branching > 30) {
            throw new IllegalArgumentException("a subject has 1 to 30 subjects below it, found " + branching);
        }
        if (Math.max(documents.most, queries.most) > vocabulary / 2) {
            throw new IllegalArgumentException("vectors of up to " + Math.max(documents.most, queries.most) + " terms need a vocabulary of twice as many");
        }
    }

    /** The same with as many documents to a subject as these settings have at a million: a smaller collection has fewer subjects. */
    public CollectionSettings forDocuments(long documents) {
        return new CollectionSettings(vocabulary, Math.max(1, (int) Math.round(branching * Math.pow(documents / 1e6, 1.0 / LEVELS))), this.documents, queries);
    }

    /**
     * How many terms vectors have, and how their weights fall: with the terms sorted, the one of rank r (from 0) weighs
     * {@code heaviest / (1 + r / knee)^2}. Spreads are standard deviations of logarithms, from vector to vector.
     *
     * @param terms          mean number of terms
     * @param termsSpread    spread of that number
     * @param least          fewest terms
     * @param most           most terms
     * @param heaviest       mean of the heaviest weight
     * @param heaviestSpread spread of that weight
     * @param knee           rank at which a weight is a quarter of the heaviest
     * @param kneeSpread     spread of that rank
     */
    public record Shape(double terms, double termsSpread, int least, int most, double heaviest, double heaviestSpread, double knee, double kneeSpread) {

        public Shape {
            if (!(terms >= least && terms <= most && least >= 1 && most <= 1000 && heaviest > 0 && knee > 0 && termsSpread >= 0 && heaviestSpread >= 0 && kneeSpread >= 0)) {
                throw new IllegalArgumentException("impossible shape of vectors: " + terms + " terms of " + least + " to " + most + ", weights from " + heaviest + " with a knee at " + knee);
            }
        }
    }
}
