package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Labelled examples of one shape, in memory. */
public interface Examples {

    int count();

    Shape shape();

    /** Names of the classes; labels are their indices. */
    List<String> classes();

    int label(int example);

    /** Writes the numbers of an example, channel by channel and row by row, as a model wants them: scaled and centred. */
    void read(int example, float[] out);

    /** A checksum of examples and labels. */
    String fingerprint();

    /** Those whose class is one of some, in their order. */
    default Examples ofClasses(IntPredicate classes) {
        return only(IntStream.range(0, count()).filter(i -> classes.test(label(i))).toArray());
    }

    /** The first of these examples, at most so many; refuses examples that are sorted by class, where the first would be of a few. */
    default Examples first(int most) {
        Examples first = only(IntStream.range(0, Math.min(most, count())).toArray());
        long found = IntStream.range(0, first.count()).map(first::label).distinct().count();
        if (found < classes().size() && first.count() >= MIXED * classes().size()) {
            throw new UserError("data: the first " + first.count() + " examples are of " + found + " of " + classes().size() + " classes, expected examples in mixed order; choose other data");
        }
        return first;
    }

    /** Examples for each class among which, were they mixed, none would be missing. */
    int MIXED = 20;

    /** Some of these examples, in the order given. */
    default Examples only(int[] chosen) {
        return new Subset(this, chosen.clone());
    }
}
