package dev.filigree.prune.structure;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.calib.Calibrator;
import dev.filigree.calib.Need;
import dev.filigree.io.DecoderConfig;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.model.Turning;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Deletes features of the residual stream as they are, the same ones everywhere: what a choice of directions has to beat.
 *
 * @param by    which features stay
 * @param round the width left is a multiple of it
 */
public record StreamFeatures(By by, int round) implements Structure {

    public static final Entry<Structure> MAGNITUDE = entry("stream-magnitude", By.MAGNITUDE, "features of the residual stream whose weights are smallest are deleted");
    public static final Entry<Structure> ENERGY = entry("stream-energy", By.ENERGY, "features of the residual stream that are read least are deleted, without a rotation");
    public static final Entry<Structure> RANDOM = entry("stream-random", By.RANDOM, "features of the residual stream are deleted at random");

    /** What a feature is judged by. */
    public enum By {
        /** The squares of all weights that read it. */
        MAGNITUDE,
        /** The squares of what is read of it, summed over all points. */
        ENERGY,
        RANDOM
    }

    private static Entry<Structure> entry(String name, By by, String summary) {
        return Catalog.entry(name, "", summary, List.of(Option.of("round", 8, "the width left is a multiple of it")), s -> new StreamFeatures(by, s.integer("round")));
    }

    @Override
    public Structure control() {
        return new StreamFeatures(By.RANDOM, round);
    }

    @Override
    public void check(DecoderConfig config, double share) {
        SliceGpt.width(config, share, round);
    }

    @Override
    public CausalModel cut(Operation o) {
        int hidden = o.model().config().hidden();
        double[] score = switch (by) {
            case MAGNITUDE -> magnitudes(o, hidden);
            case ENERGY -> energies(o, hidden);
            case RANDOM -> DoubleStream.generate(o.rng().split("features")::nextDouble).limit(hidden).toArray();
        };
        int[] kept = IntStream.range(0, hidden).boxed().sorted(Comparator.comparingDouble((Integer i) -> -score[i])).limit(SliceGpt.width(o, round)).sorted().mapToInt(i -> i).toArray();
        Turning t = new Turning(o.compute(), o.model(), kept.length, false);
        for (int p = 0; p < t.points(); p++) {
            t.basis(p, Turning.Basis.of(hidden, kept));
        }
        return t.model();
    }

    private static boolean reads(Site s) {
        return s.role() != Role.ATTENTION_OUT && s.role() != Role.FFN_OUT;
    }

    private static double[] magnitudes(Operation o, int hidden) {
        double[] sum = new double[hidden];
        o.network().sites().stream().filter(StreamFeatures::reads).forEach(s -> o.model().param(s).forward().forEach((r, c, slot, v) -> sum[c] += (double) v * v));
        return sum;
    }

    private static double[] energies(Operation o, int hidden) {
        double[] sum = new double[hidden];
        try (Calibrator c = new Calibrator(o.compute(), o.model(), o.text(), false, o.memory())) {
            for (; c.block() < o.model().blocks(); c.advance()) {
                for (Site s : o.model().sites(c.block()).stream().filter(s -> s.role() == Role.QUERY || s.role() == Role.FFN_GATE).toList()) {
                    float[] norm = c.observe(List.of(s), Set.of(Need.INPUT_NORM)).of(s, Need.INPUT_NORM);
                    Arrays.setAll(sum, i -> sum[i] + (double) norm[i] * norm[i]);
                }
            }
        }
        return sum;
    }
}
