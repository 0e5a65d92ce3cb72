package dev.filigree.prune.structure;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.model.CausalModel;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.prune.channels.Similarity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Removes whole layers.
 *
 * @param by what a layer is judged by
 */
public record DropLayers(By by) implements Structure {

    public static final Entry<Structure> ANGLE = Catalog.entry("drop-layers", "Gromov et al. 2024, arXiv:2403.17887",
            "whole layers, those first that turn the residual stream least", () -> new DropLayers(By.ANGLE));
    public static final Entry<Structure> BYPASS = Catalog.entry("layer-tickets", "Jordao et al. 2023, arXiv:2301.10835",
            "whole layers, those first without which the last representation stays most alike (CKA)", () -> new DropLayers(By.BYPASS));
    public static final Entry<Structure> RANDOM = Catalog.entry("random-layers", "", "whole layers at random", () -> new DropLayers(By.RANDOM));

    /** Tokens that representations are compared on: the comparison takes their square. */
    private static final int COMPARED = 512;

    /** What a layer is judged by; the highest stay. */
    public enum By {
        /** How far it turns the residual stream, see {@link Blocks}. */
        ANGLE,
        /** How little the last representation is like it was, by {@link Similarity#cka}, when this layer alone is left out. */
        BYPASS,
        RANDOM
    }

    @Override
    public Structure control() {
        return new DropLayers(By.RANDOM);
    }

    @Override
    public CausalModel cut(Operation o) {
        int layers = o.model().blocks();
        double[] score = switch (by) {
            case ANGLE -> Blocks.of(o).angle();
            case BYPASS -> bypass(o, layers);
            case RANDOM -> DoubleStream.generate(o.rng().split("layers")::nextDouble).limit(layers).toArray();
        };
        return o.model().shortened(InnerChannels.best(score, o.kept(layers)));
    }

    private static double[] bypass(Operation o, int layers) {
        float[][] whole = last(o, -1);
        double[] unlike = new double[layers];
        Arrays.setAll(unlike, i -> -Similarity.cka(whole, last(o, i)));
        return unlike;
    }

    /** What goes into the exit for some tokens, one layer left out. */
    private static float[][] last(Operation o, int without) {
        List<float[]> tokens = new ArrayList<>();
        try (Eager ops = new Eager(o.compute())) {
            for (Batch batch : o.text()) {
                Value x = o.model().enter(ops, batch);
                for (int i = 0; i < o.model().blocks(); i++) {
                    if (i != without) {
                        Value y = o.model().block(ops, i, x, batch);
                        ops.release(x);
                        x = y;
                    }
                }
                int step = Math.max(1, x.tokens() * o.text().size() / COMPARED);
                for (int t = 0; t < x.tokens(); t += step) {
                    tokens.add(x.token(t));
                }
                ops.release(x);
            }
        }
        return tokens.toArray(float[][]::new);
    }
}
