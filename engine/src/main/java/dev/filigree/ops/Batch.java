package dev.filigree.ops;

import dev.filigree.base.UserError;
import java.util.Locale;

/** What a model is given at once. Each model says which kind it takes. */
public interface Batch {

    /** Examples in it: sequences, images, rows of a table, nodes. */
    int size();

    /** This batch as the kind that a model takes; a UserError where the data gives another. */
    default <T extends Batch> T as(Class<T> kind) {
        if (!kind.isInstance(this)) {
            throw new UserError("--model: this one takes batches of kind " + name(kind) + ", and the data gives " + name(getClass()) + "; choose another model or other data");
        }
        return kind.cast(this);
    }

    private static String name(Class<?> kind) {
        return kind.getSimpleName().toLowerCase(Locale.ROOT);
    }
}
