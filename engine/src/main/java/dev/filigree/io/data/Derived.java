package dev.filigree.io.data;

import java.util.List;

/** Examples that are others seen otherwise; what is not said otherwise is as it was. */
public interface Derived extends Examples {

    /** The examples as they were. */
    Examples all();

    @Override
    default int count() {
        return all().count();
    }

    @Override
    default Shape shape() {
        return all().shape();
    }

    @Override
    default List<String> classes() {
        return all().classes();
    }

    @Override
    default int label(int example) {
        return all().label(example);
    }

    @Override
    default void read(int example, float[] out) {
        all().read(example, out);
    }
}
