package dev.filigree.app.decode;

import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Shapes of decoders that are measured with random weights. */
public enum Shape {

    /** A model of a few hundred thousand weights, for a look at whether everything runs. */
    TINY(new DecoderConfig(512, 1024, 128, 384, 2, 4, 2, 1e-5f, 10_000, false, false)),
    /** TinyLlama-1.1B (Zhang et al. 2024, arXiv:2401.02385). */
    TINYLLAMA(new DecoderConfig(32_000, 2048, 2048, 5632, 22, 32, 4, 1e-5f, 10_000, false, false)),
    /** Llama-3.2-1B, but for its tied head. */
    LLAMA_1B(new DecoderConfig(128_256, 2048, 2048, 8192, 16, 32, 8, 1e-5f, 500_000, false, false));

    private final DecoderConfig config;

    Shape(DecoderConfig config) {
        this.config = config;
    }

    /** By the name that a person gave. */
    public static Shape of(String name) {
        return Arrays.stream(values()).filter(s -> s.label().equals(name)).findFirst().orElseThrow(() -> new UserError("--shape: found " + name + ", expected "
                + Arrays.stream(values()).map(Shape::label).collect(Collectors.joining(", "))));
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @param layers 0 for all that it has */
    public DecoderConfig config(int layers) {
        if (layers < 0 || layers > config.layers()) {
            throw new UserError("--layers: found " + layers + ", expected 1 to the " + config.layers() + " of " + label());
        }
        DecoderConfig c = config;
        return layers == 0 ? c : new DecoderConfig(c.vocab(), c.context(), c.hidden(), c.inner(), layers, c.heads(), c.keyHeads(), c.eps(), c.base(), c.neighbours(), c.tied());
    }
}
