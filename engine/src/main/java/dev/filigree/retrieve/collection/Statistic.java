package dev.filigree.retrieve.collection;

/** What is known of a collection of sparse vectors, as far as it decides how fast and how well it can be searched. */
public enum Statistic {

    DOCUMENT_TERMS("terms of a document", 119),
    DOCUMENT_TERMS_SPREAD("their standard deviation over the mean", Double.NaN),
    DOCUMENT_MASS("sum of a document's weights", 62.7),
    DOCUMENT_TOP_10("share of it in the 10 heaviest terms", 0.25),
    DOCUMENT_TOP_50("share of it in the 50 heaviest terms", 0.75),
    DOCUMENT_TENTH("share of it in the heaviest tenth of its terms", 0.33),
    DOCUMENT_QUARTER("share of it in the heaviest quarter", 0.61),
    DOCUMENT_HALF("share of it in the heavier half", 0.86),
    QUERY_TERMS("terms of a query", 43),
    QUERY_TERMS_SPREAD("their standard deviation over the mean", 0.39),
    QUERY_MASS("sum of a query's weights", 22.7),
    QUERY_TOP_5("share of it in the 5 heaviest terms", 0.46),
    QUERY_TOP_10("share of it in the 10 heaviest terms", 0.75),
    QUERY_QUARTER("share of it in the heaviest quarter", 0.67),
    /** Terms that two queries share, as a mean over pairs. */
    QUERY_OVERLAP("terms that two queries share", 1.64),
    /** Of all pairs of queries, ordered by their inner product over the first one's sum, that at 1 %, over the mean of a query with itself. */
    QUERY_NEAR("score of two queries, the nearest 1 %, over one alone", 0.17),
    /** The same at 10 %. */
    QUERY_FAR("score of two queries, the nearest 10 %, over one alone", 0.034),
    /** Documents that hold the most frequent term, as a share. */
    LONGEST_LIST("longest posting list, of documents", Double.NaN),
    /** What the longest hundredth of posting lists (of terms that occur) holds of all postings. */
    LONG_LISTS("postings in the longest 1 % of lists", Double.NaN),
    /** With lists ordered by length, how the length falls with the rank, from the tenth to the thousandth: 1 is Zipf's law. */
    LIST_SLOPE("slope of lengths of lists over ranks 10 to 1000", Double.NaN),
    /** What a search reads that goes through the lists of a query from end to end. */
    VISITED("postings in the lists of a query, of all", Double.NaN),
    /** Sum over terms of (share of queries with it) x (share of documents with it): what SPLADE's papers call FLOPS. */
    CHANCE_OVERLAP("terms that a query and any document share", Double.NaN),
    BEST_OVERLAP("share of a query's terms in its best 10 documents", Double.NaN),
    BEST_MASS("share of a query's weight on terms of its best 10", Double.NaN),
    /** Score of the first hit over the sum of the query's weights. */
    BEST_SCORE("best score over the sum of the query", Double.NaN),
    TENTH_SCORE("10th score over the best", 0.75),
    HUNDREDTH_SCORE("100th score over the 10th", Double.NaN),
    THOUSANDTH_SCORE("1000th score over the 10th", Double.NaN),
    MEAN_SCORE("mean score over the 10th", Double.NaN),
    /** Share of the true ten that are found with the heaviest terms of the query alone. */
    CUT_5("recall@10 with 5 terms of the query", Double.NaN),
    CUT_10("recall@10 with 10 terms of the query", Double.NaN),
    /** What the 9 heaviest terms of the query and the 20 heaviest of the document make of the scores of the true ten. */
    CUT_BOTH("score left with 9 terms of the query, 20 of the document", 0.85);

    private final String label;
    private final double known;

    Statistic(String label, double known) {
        this.label = label;
        this.known = known;
    }

    /**
     * What is published, or was measured, of SPLADE with long queries, NaN where nothing is: numbers of terms, masses of the heaviest 10 and 50 and what of
     * the score is left from arXiv:2404.18812; the sum of a document's weights from the statistics of Anserini's index of SPLADE++;
     * shares of a document's weights from the 19 passages that come as an example with the program of arXiv:2404.18812; spread, sum, mass of the heaviest 5, overlap and scores of queries measured on its vectors of TREC DL 2019; the tenth score from
     * exact hits among Natural Questions.
     */
    public double known() {
        return known;
    }

    public String label() {
        return label;
    }
}
