package dev.filigree.prune.regime;

import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** One Gaussian cloud a class, which overlap a little. */
public record Clouds(Shape shape, int kinds, int count) implements Examples {

    @Override
    public List<String> classes() {
        return IntStream.range(0, kinds).mapToObj(i -> "cloud " + i).toList();
    }

    @Override
    public int label(int example) {
        return example % kinds;
    }

    @Override
    public void read(int example, float[] out) {
        Rng centre = new Rng(label(example)).split("centre");
        Rng noise = new Rng(example).split("noise");
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (centre.nextGaussian() + 0.7 * noise.nextGaussian());
        }
    }

    @Override
    public String fingerprint() {
        return "clouds";
    }
}
