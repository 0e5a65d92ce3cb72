package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Shrink;
import dev.filigree.app.train.Shrink.Shrunk;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Floats;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.ops.BatchNorm;
import dev.filigree.tensor.Slots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Jiang et al. 2022: only the gains of the channels that are to be removed should be pulled to zero. */
final class MaskSparsityStudy implements Study {

    private static final String MASKED = "mask-sparsity, by layer";
    private static final String SLIMMED = "slimming, by layer";
    private static final String LARGEST = "l1-filter";
    private static final String RANDOM = "random";
    private static final String ALL = ", one threshold";
    private static final double KEEP = 0.5;

    @Override
    public Claim claim() {
        return new Claim("mask-sparsity", "Jiang et al. 2022, Pruning-aware Sparse Regularization for Network Pruning, arXiv:2201.06776; Liu et al. 2017, arXiv:1708.06519",
                "Pulling only the gains of the channels that will be removed, and not all of them, costs less accuracy, because those that stay are not held back.",
                "Convolutions of 8, 16 and 32 channels; half of the channels are removed after two thirds of the epochs, statistics are measured anew and the rest is tuned. "
                        + "Pulls are 10 to 20 times the papers', whose runs are a hundred times as long.",
                "epochs and channels; by layer weights and multiply-adds too",
                "mask-sparsity no better than slimming, when cut or when tuned, or no better than random channels", 12);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings whole = Rivals.dense(lab.quick() ? "vgg(stages=4.8)" : "vgg(stages=8.16.32)", lab.choose(0.3, 2));
        Shrink shrink = new Shrink(lab.problem(), lab.compute(), whole, whole.withEpochs(lab.choose(0.15, 1)).withRate(0.02, "cosine"), KEEP);
        Map<String, LongFunction<Shrunk>> rivals = new LinkedHashMap<>();
        rivals.put("dense", shrink::dense);
        rivals.put(RANDOM, seed -> shrink.afterwards("random", seed));
        rivals.put(LARGEST, seed -> shrink.afterwards("l1-filter", seed));
        for (boolean together : new boolean[] {false, true}) {
            rivals.put(together ? "slimming" + ALL : SLIMMED, seed -> shrink.by("slimming(strength=0.001,together=" + together + ")", seed));
            rivals.put(together ? "mask-sparsity" + ALL : MASKED, seed -> shrink.by("mask-sparsity(strength=0.001,only=0.01,together=" + together + ")", seed));
        }
        Map<String, List<Shrunk>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * s.right()));
        Numbers masked = Shrinking.right(found.get(MASKED));
        return new Findings(List.of(Shrinking.table("Half of the channels removed", lab, shrink.relay(), found)), List.of(plot(found)),
                List.of(Verdict.above("when channels are cut, mask-sparsity loses less than slimming", 0, Shrinking.cut(found.get(MASKED)).minus(Shrinking.cut(found.get(SLIMMED)))),
                        Verdict.above("when tuned, mask-sparsity beats slimming", 0, masked.minus(Shrinking.right(found.get(SLIMMED)))),
                        Verdict.above("the same with one threshold for all layers", 0, Shrinking.right(found.get("mask-sparsity" + ALL)).minus(Shrinking.right(found.get("slimming" + ALL)))),
                        Verdict.above("mask-sparsity beats the largest filters", 0, masked.minus(Shrinking.right(found.get(LARGEST)))),
                        Verdict.above("mask-sparsity beats random channels", 0, masked.minus(Shrinking.right(found.get(RANDOM))))));
    }

    private static LinePlot plot(Map<String, List<Shrunk>> found) {
        return new LinePlot("Gains when channels are cut, from the smallest to the largest (first seed)", "channel", "absolute gain",
                List.of(LARGEST, SLIMMED, MASKED).stream().map(name -> {
                    double[] gains = gains(found.get(name).getFirst().whole());
                    return new LinePlot.Series(name.equals(LARGEST) ? "nothing pulled" : name, IntStream.range(0, gains.length).mapToObj(i -> new LinePlot.Point(i + 1, gains[i])).toList());
                }).toList(), List.of());
    }

    private static double[] gains(Network network) {
        return network.couplings().stream().map(Coupling::norms).flatMap(List::stream).map(BatchNorm::gain).flatMapToDouble(p -> {
            Floats g = Slots.of(p.backward());
            return IntStream.range(0, g.length()).mapToDouble(i -> Math.abs(g.get(i)));
        }).sorted().toArray();
    }
}
