package dev.filigree.prune.regime;

import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Noisy images with a bright stripe whose direction is the class. */
record Patches(Shape shape, int kinds, int count) implements Examples {

    @Override
    public List<String> classes() {
        return IntStream.range(0, kinds).mapToObj(i -> "stripe " + i).toList();
    }

    @Override
    public int label(int example) {
        return example % kinds;
    }

    @Override
    public void read(int example, float[] out) {
        Rng rng = new Rng(example).split("stripe");
        double angle = Math.PI * label(example) / kinds;
        for (int i = 0; i < out.length; i++) {
            double y = i / shape.width() % shape.height() - (shape.height() - 1) / 2.0;
            double x = i % shape.width() - (shape.width() - 1) / 2.0;
            double beside = Math.abs(x * Math.sin(angle) - y * Math.cos(angle));
            out[i] = (float) ((beside < 1.5 ? 1.5 : -0.5) + 0.3 * rng.nextGaussian());
        }
    }

    @Override
    public String fingerprint() {
        return "patches";
    }
}
