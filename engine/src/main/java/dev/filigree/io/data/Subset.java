package dev.filigree.io.data;

import java.util.Arrays;
import java.util.List;

/** Some of the examples of a set. */
record Subset(Examples all, int[] chosen) implements Examples {

    @Override
    public int count() {
        return chosen.length;
    }

    @Override
    public Shape shape() {
        return all.shape();
    }

    @Override
    public List<String> classes() {
        return all.classes();
    }

    @Override
    public int label(int example) {
        return all.label(chosen[example]);
    }

    @Override
    public void read(int example, float[] out) {
        all.read(chosen[example], out);
    }

    @Override
    public String fingerprint() {
        return all.fingerprint() + "/" + chosen.length + "-" + Integer.toHexString(Arrays.hashCode(chosen));
    }
}
