package dev.filigree.retrieve.collection;

/** What is known of a collection of sparse vectors, as far as it decides how fast and how well it can be searched. */
public enum Statistic {

    DOCUMENT_TERMS("terms of a document"),
    DOCUMENT_TERMS_SPREAD("their standard deviation over the mean"),
    DOCUMENT_MASS("sum of a document's weights"),
    DOCUMENT_TOP_10("share of it in the 10 heaviest terms"),
    DOCUMENT_TOP_50("share of it in the 50 heaviest terms"),
    QUERY_TERMS("terms of a query"),
    QUERY_TERMS_SPREAD("their standard deviation over the mean"),
    QUERY_MASS("sum of a query's weights"),
    QUERY_TOP_5("share of it in the 5 heaviest terms"),
    QUERY_TOP_10("share of it in the 10 heaviest terms"),
    /** Terms that two queries share, as a mean over pairs. */
    QUERY_OVERLAP("terms that two queries share"),
    /** Documents that hold the most frequent term, as a share. */
    LONGEST_LIST("longest posting list, of documents"),
    /** What the longest hundredth of posting lists (of terms that occur) holds of all postings. */
    LONG_LISTS("postings in the longest 1 % of lists"),
    /** Sum over terms of (share of queries with it) x (share of documents with it): what SPLADE's papers call FLOPS. */
    CHANCE_OVERLAP("terms that a query and any document share"),
    BEST_OVERLAP("share of a query's terms in its best 10 documents"),
    BEST_MASS("share of a query's weight on terms of its best 10"),
    /** Score of the first hit over the sum of the query's weights. */
    BEST_SCORE("best score over the sum of the query"),
    TENTH_SCORE("10th score over the best"),
    HUNDREDTH_SCORE("100th score over the 10th"),
    THOUSANDTH_SCORE("1000th score over the 10th"),
    MEAN_SCORE("mean score over the 10th"),
    /** Share of the true ten that are found with the heaviest terms of the query alone. */
    CUT_5("recall@10 with 5 terms of the query"),
    CUT_10("recall@10 with 10 terms of the query"),
    /** What the 9 heaviest terms of the query and the 20 heaviest of the document make of the scores of the true ten. */
    CUT_BOTH("score left with 9 terms of the query, 20 of the document");

    private final String label;

    Statistic(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
