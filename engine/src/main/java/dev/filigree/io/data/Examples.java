package dev.filigree.io.data;

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

    /** Some of these examples, in the order given. */
    default Examples only(int[] chosen) {
        return new Subset(this, chosen.clone());
    }
}
