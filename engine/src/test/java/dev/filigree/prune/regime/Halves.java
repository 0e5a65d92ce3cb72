package dev.filigree.prune.regime;

import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import dev.filigree.train.Hook;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.List;

/** Images of noise in which the class is how bright the left half is. */
record Halves(Shape shape) implements Examples {

    /** A hook that only looks on. */
    interface Looking extends Hook {
        @Override
        default void save(StateWriter out) {
        }

        @Override
        default void load(StateReader in) {
        }
    }

    @Override
    public int count() {
        return 64;
    }

    @Override
    public List<String> classes() {
        return List.of("dark", "bright");
    }

    @Override
    public int label(int example) {
        return example % 2;
    }

    @Override
    public void read(int example, float[] out) {
        Rng rng = new Rng(example);
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) rng.nextGaussian() + (i % shape.width() < shape.width() / 2 ? label(example) : 0);
        }
    }

    @Override
    public String fingerprint() {
        return "halves";
    }
}
