package dev.filigree.prune;

/** What a method holds while it works; printed with every run. */
public enum Footprint {
    /** Nothing of dense size. */
    SPARSE("nothing of dense size"),
    /** One dense layer and its statistics at a time. */
    ONE_LAYER("one dense layer at a time"),
    /** Every weight and its gradient dense while positions are chosen, before the first step; from then on nothing. */
    DENSE_BIRTH("every weight and its gradient dense before the first step, and nothing of dense size from then on"),
    /** A dense copy of every weight. */
    DENSE_MASTER("a dense copy of every weight"),
    /** A dense copy of every weight, and for each position a score and how it moves. */
    DENSE_SCORES("a dense copy of every weight, and two numbers more for each position"),
    /** Two dense copies of every weight, and products that are dense, until the last phase of the run. */
    DENSE_PRODUCTS("two dense copies of every weight, and dense products until the last phase");

    private final String text;

    Footprint(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
