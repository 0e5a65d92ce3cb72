package dev.filigree.io.data;

import java.util.Arrays;

/** Some of the examples of a set. */
record Subset(Examples all, int[] chosen) implements Derived {

    @Override
    public int count() {
        return chosen.length;
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
