package dev.filigree.app.million;

import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Normal random features and random labels: the shape of a data set without the data. */
final class Noise implements Examples {

    private final float[][] features;
    private final int[] labels;
    private final int kinds;
    private final long seed;

    Noise(int count, int features, int kinds, long seed) {
        Rng rng = new Rng(seed).split("noise");
        this.features = new float[count][features];
        this.labels = new int[count];
        this.kinds = kinds;
        this.seed = seed;
        for (int i = 0; i < count; i++) {
            labels[i] = rng.nextInt(kinds);
            for (int f = 0; f < features; f++) {
                this.features[i][f] = (float) rng.nextGaussian();
            }
        }
    }

    @Override
    public int count() {
        return features.length;
    }

    @Override
    public Shape shape() {
        return Shape.of(features[0].length);
    }

    @Override
    public List<String> classes() {
        return IntStream.range(0, kinds).mapToObj(i -> "class " + i).toList();
    }

    @Override
    public int label(int example) {
        return labels[example];
    }

    @Override
    public void read(int example, float[] out) {
        System.arraycopy(features[example], 0, out, 0, out.length);
    }

    @Override
    public String fingerprint() {
        return "noise " + features.length + " x " + features[0].length + " seed " + seed;
    }
}
