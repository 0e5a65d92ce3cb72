package dev.filigree.ops;

/** What a model is given at once. Each model says which kind it takes. */
public interface Batch {

    /** Examples in it: sequences, images, rows of a table, nodes. */
    int size();

    /** This batch as the kind that a model takes. */
    default <T extends Batch> T as(Class<T> kind) {
        if (!kind.isInstance(this)) {
            throw new IllegalArgumentException("this model takes " + kind.getSimpleName().toLowerCase(java.util.Locale.ROOT) + ", found "
                    + getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
        }
        return kind.cast(this);
    }
}
