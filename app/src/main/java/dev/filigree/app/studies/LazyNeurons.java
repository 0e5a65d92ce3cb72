package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Classification;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.loss.Objective;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Li et al. 2022: trained hidden units are mostly zero, the more so the wider and deeper a network is. */
final class LazyNeurons implements Study {

    private static final int EXAMPLES = 10_000;
    private static final int WIDE = 1024;
    private static final double KEPT = 0.06; // of the hidden units
    private static final double NOISE = 0.4; // of the labels

    private static final String WIDEST = "1 layer of " + WIDE;
    private static final String DEEP = "4 layers of 256";
    private static final String TOP = "top 6 % of " + WIDE;
    private static final String GUESSED = "random labels";
    private static final String NOISY = "40 % wrong labels";
    private static final String NOISY_TOP = "40 % wrong labels, top 6 %";

    /** Share of hidden units above zero, epoch after epoch from the first values on, and quality at the end. */
    private record Seen(List<Double> active, Objective.Score score) {

        double error() {
            return score.reliability().error();
        }
    }

    /** Looks at the hidden units before the first step and after each epoch. */
    private static final class Count implements Hook {

        private final List<Batch> testing;
        private final List<Double> active = new ArrayList<>();

        Count(List<Batch> testing) {
            this.testing = testing;
        }

        @Override
        public void beforeStep(Loop loop, long step) {
            if (step == 0) {
                active.add(share(loop, testing));
            }
        }

        @Override
        public void afterStep(Loop loop, long step) {
            if ((step + 1) % loop.stepsPerEpoch() == 0) {
                active.add(share(loop, testing));
            }
        }

        /** Of all hidden units over all layers and examples, those that are not zero. */
        private static double share(Loop loop, List<Batch> testing) {
            Model model = loop.model();
            long above = 0;
            long all = 0;
            try (Eager eager = new Eager(loop.compute())) {
                for (Batch batch : testing) {
                    Value x = model.enter(eager, batch);
                    for (int i = 0; i < model.blocks(); i++) {
                        Value y = model.block(eager, i, x, batch);
                        eager.release(x);
                        x = y;
                        for (int f = 0; f < y.features(); f++) {
                            for (float v : y.feature(f)) {
                                above += v > 0 ? 1 : 0;
                            }
                        }
                        all += (long) y.tokens() * y.features();
                    }
                    eager.release(x);
                }
            }
            return above / (double) all;
        }
    }

    @Override
    public Claim claim() {
        return new Claim("lazy-neuron", "Li et al. 2022, The Lazy Neuron Phenomenon, arXiv:2210.06313",
                "Training makes hidden units behind a ReLU mostly zero, the more so the wider and deeper the network is, even with random labels; keeping only the largest few makes a network better calibrated and surer against wrong labels.",
                "Fully connected networks of 64 to " + WIDE + " hidden units and of 1 to 4 layers of 256, Adam, " + EXAMPLES + " images; 6 % of the units kept example by example.",
                "epochs and examples",
                "a share of units above zero that does not fall in training or with width or depth, or a network of few units that is no better calibrated or no better with wrong labels", 10);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study lazy-neuron: found " + lab.problem().about() + ", expected labelled examples; choose another --data");
        }
        int wide = (int) lab.choose(128, WIDE);
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        for (int width : lab.quick() ? List.of(64) : List.of(64, 256)) {
            rivals.put("1 layer of " + width, seed -> train(lab, all.data(), 0, widths(all, 1, width), 0, seed));
        }
        rivals.put(WIDEST, seed -> train(lab, all.data(), 0, widths(all, 1, wide), 0, seed));
        rivals.put("2 layers of 256", seed -> train(lab, all.data(), 0, widths(all, 2, 256), 0, seed));
        rivals.put(DEEP, seed -> train(lab, all.data(), 0, widths(all, 4, 256), 0, seed));
        rivals.put(GUESSED, seed -> train(lab, all.data(), 1, widths(all, 1, wide), 0, seed));
        rivals.put(TOP, seed -> train(lab, all.data(), 0, widths(all, 1, wide), (int) (KEPT * wide), seed));
        rivals.put(NOISY, seed -> train(lab, all.data(), NOISE, widths(all, 1, wide), 0, seed));
        rivals.put(NOISY_TOP, seed -> train(lab, all.data(), NOISE, widths(all, 1, wide), (int) (KEPT * wide), seed));
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "%.1f %% above zero", 100 * s.active.getLast()));
        Table t = new Table("Hidden units above zero, and quality", Column.text("network"), Column.percent("at first", 1), Column.percent("after an epoch", 1), Column.percent("at the end", 1),
                Column.percent("accuracy", 2), Column.percent("deviation", 2), Column.percent("calibration error", 2));
        found.forEach((name, seen) -> t.row(name, at(seen, 0).mean(), at(seen, 1).mean(), end(seen).mean(), right(seen).mean(), right(seen).spread(), Numbers.of(seen, Seen::error).mean()));
        String narrow = "1 layer of 64";
        return new Findings(List.of(t), List.of(plot(found)), List.of(
                Verdict.above("training lowers the share above zero", 0, at(found.get(WIDEST), 0).minus(end(found.get(WIDEST)))),
                Verdict.above("with random labels too", 0, at(found.get(GUESSED), 0).minus(end(found.get(GUESSED)))),
                Verdict.above("the widest has a smaller share than the narrowest", 0, end(found.get(narrow)).minus(end(found.get(WIDEST)))),
                Verdict.above("4 layers have a smaller share than 2", 0, end(found.get("2 layers of 256")).minus(end(found.get(DEEP)))),
                Verdict.above("the largest units alone are better calibrated", 0, Numbers.of(found.get(WIDEST), Seen::error).minus(Numbers.of(found.get(TOP), Seen::error))),
                Verdict.above("the largest units alone are right more often where labels were wrong", 0, right(found.get(NOISY_TOP)).minus(right(found.get(NOISY))))));
    }

    private static List<Integer> widths(Classification all, int layers, int width) {
        List<Integer> widths = new ArrayList<>(List.of(all.input().size()));
        widths.addAll(Collections.nCopies(layers, width));
        widths.add(all.outputs());
        return widths;
    }

    /** @param top units that stay in each layer; 0 for all */
    private static Seen train(Lab lab, DataSet data, double wrong, List<Integer> widths, int top, long seed) {
        Rng rng = new Rng(seed);
        Classification problem = new Classification(Relabelled.of(data, (int) lab.choose(1000, EXAMPLES), wrong, rng.split("labels")));
        Course course = new Course(lab.compute(), problem, 128, "adam", 0.001, "constant", Double.MAX_VALUE);
        Mlp network = course.born(top == 0 ? new Mlp(widths, Activation.RELU) : new TopUnits(widths, top), rng.split("birth"));
        Count count = new Count(problem.testing(500).subList(0, 2));
        course.train(network, lab.choose(2, 12), List.of(count), rng);
        return new Seen(count.active, course.score(network));
    }

    private static Numbers at(List<Seen> all, int epoch) {
        return Numbers.of(all, s -> s.active.get(Math.min(epoch, s.active.size() - 1)));
    }

    private static Numbers end(List<Seen> all) {
        return Numbers.of(all, s -> s.active.getLast());
    }

    private static Numbers right(List<Seen> all) {
        return Numbers.of(all, s -> s.score.right());
    }

    private static LinePlot plot(Map<String, List<Seen>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            List<LinePlot.Point> points = new ArrayList<>();
            for (int e = 0; e < all.getFirst().active.size(); e++) {
                points.add(new LinePlot.Point(e, at(all, e).mean()));
            }
            lines.add(new LinePlot.Series(name, points));
        });
        return new LinePlot("Hidden units above zero", "epochs", "share", lines, List.of());
    }
}
