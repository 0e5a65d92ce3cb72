package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Derived;
import dev.filigree.io.data.Examples;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Examples of which some have wrong labels. */
record Relabelled(Examples all, int[] labels) implements Derived {

    /**
     * Some examples to learn from, of which a share gets a label at random; what they are judged by stays right.
     *
     * @param count examples, at most
     * @param share of them whose label is drawn anew among all classes
     */
    static DataSet of(DataSet data, int count, double share, Rng rng) {
        Examples some = data.train().first(count);
        int[] labels = IntStream.range(0, some.count()).map(i -> rng.nextDouble() < share ? rng.nextInt(some.classes().size()) : some.label(i)).toArray();
        return new DataSet(data.name(), data.origin(), new Relabelled(some, labels), data.test());
    }

    @Override
    public int count() {
        return labels.length;
    }

    @Override
    public int label(int example) {
        return labels[example];
    }

    @Override
    public String fingerprint() {
        return all.fingerprint() + " labels " + Integer.toHexString(Arrays.hashCode(labels));
    }
}
