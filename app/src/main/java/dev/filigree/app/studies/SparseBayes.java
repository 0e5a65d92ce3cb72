package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.regime.Dynamic;
import dev.filigree.prune.regime.Ssvi;
import dev.filigree.prune.regime.Variational;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Loop;
import dev.filigree.train.loss.Objective;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** Li et al. 2024: a Bayesian network that is sparse all the time. */
final class SparseBayes implements Study {

    private static final int DRAWS = 10;
    private static final List<String> LEVELS = List.of("90%", "95%");
    private static final String DENSE = "dense, variational";

    @Override
    public Claim claim() {
        return new Claim("sparse-bayes", "Li et al. 2024, Sparse Subspace Variational Inference, arXiv:2402.11025; Blundell et al. 2015, arXiv:1505.05424",
                "A Bayesian network that is sparse all through training is within three points of a dense one, as well calibrated, and better than a dense one that is pruned by signal to noise.",
                "LeNet-300-100, 90 and 95 % zeros spread by ERK; means and deviations of live weights are trained, and predictions are the mean of ten draws.",
                "epochs; live weights among the sparse (a normal distribution is two numbers)",
                "three points or more below dense at 95 %, no better than a dense one pruned to the same, or no better calibrated than RigL", 6);
    }

    private record Seen(double live, double right, double loss, double calibrationError, double seconds) {
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense(lab.quick() ? "mlp(hidden=50-30)" : "lenet-300-100", lab.choose(0.3, 4));
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        rivals.put("dense", seed -> plain(lab, dense.withSeed(seed)));
        rivals.put(DENSE, seed -> drawn(lab, dense.with(dense.model(), "ssvi", "0%").withSeed(seed), 0));
        for (String level : LEVELS) {
            double sparsity = Double.parseDouble(level.replace("%", "")) / 100;
            rivals.put("RigL " + level, seed -> plain(lab, dense.with(dense.model(), "rigl(every=50)", level).withSeed(seed)));
            for (String removal : List.of("snr", "abs-snr", "mean-snr")) {
                rivals.put("SSVI by " + removal + " " + level, seed -> drawn(lab, dense.with(dense.model(), "ssvi(removal=" + removal + ")", level).withSeed(seed), 0));
            }
            rivals.put("dense, cut to " + level, seed -> drawn(lab, dense.with(dense.model(), "ssvi", "0%").withSeed(seed), sparsity));
        }
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "accuracy %.2f %%, loss %.4f", 100 * s.right, s.loss));
        Table table = new Table("Mean of ten draws where there are any", Column.text("rival"), Column.percent("live", 2), Column.percent("accuracy", 2), Column.percent("deviation", 2),
                Column.number("negative log-likelihood", 4), Column.percent("calibration error", 2), Column.seconds("time"));
        found.forEach((name, all) -> table.row(name, all.getFirst().live, right(found, name).mean(), right(found, name).spread(), Numbers.of(all, Seen::loss).mean(),
                Numbers.of(all, Seen::calibrationError).mean(), Numbers.of(all, Seen::seconds).mean()));
        List<LinePlot.Series> lines = List.of("RigL", "SSVI by abs-snr", "dense, cut to").stream().map(name -> new LinePlot.Series(name, LEVELS.reversed().stream()
                .map(l -> new LinePlot.Point(100 - Double.parseDouble(l.replace("%", "")), right(found, name + " " + l).mean())).toList())).toList();
        String best = "SSVI by abs-snr 95%";
        return new Findings(List.of(table),
                List.of(new LinePlot("Accuracy against density", "live weights, per cent", "accuracy", lines, List.of(new LinePlot.Level(DENSE, right(found, DENSE).mean())))),
                List.of(Verdict.above("SSVI at 95 % is less than three points below dense variational training", -0.03, right(found, best).minus(right(found, DENSE))),
                        Verdict.above("SSVI at 95 % is more accurate than a dense one cut to it by signal to noise", 0, right(found, best).minus(right(found, "dense, cut to 95%"))),
                        Verdict.above("SSVI at 95 % is at least as accurate as RigL, within half a point", -0.005, right(found, best).minus(right(found, "RigL 95%"))),
                        Verdict.above("SSVI at 95 % is better calibrated than RigL", 0, error(found, "RigL 95%").minus(error(found, best))),
                        Verdict.above("SSVI at 95 % gives labels more likelihood than RigL", 0, loss(found, "RigL 95%").minus(loss(found, best))),
                        Verdict.within("E|w|/Std|w| and |mu|/sigma remove as well at 95 %", 0.003, right(found, best).minus(right(found, "SSVI by snr 95%")))));
    }

    private static Numbers right(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), Seen::right);
    }

    private static Numbers loss(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), Seen::loss);
    }

    private static Numbers error(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), Seen::calibrationError);
    }

    private static Seen plain(Lab lab, TrainSettings settings) {
        Trial.Result r = Trial.run(settings, lab.problem(), lab.compute());
        return new Seen(r.live() / (double) r.positions(), r.last().right(), r.last().loss(), r.last().calibrationError(), r.seconds());
    }

    /** @param cut share of zeros that it is cut to when it is trained; 0 for none */
    private static Seen drawn(Lab lab, TrainSettings settings, double cut) {
        Objective.Score[] score = new Objective.Score[1];
        double[] live = new double[1];
        Trial.Result r = Trial.run(settings, lab.problem(), lab.compute(), List.of(), loop -> {
            Variational posterior = (Variational) loop.setup().hooks().stream().filter(h -> h instanceof Variational).findFirst().orElseThrow();
            if (cut > 0) {
                cut(loop, posterior, cut);
            }
            List<Batch> testing = lab.problem().testing(settings.batch());
            Rng rng = new Rng(settings.seed()).split("draws");
            score[0] = Evaluation.ofMean(lab.compute(), loop.model(), testing, DRAWS, k -> posterior.draw(lab.compute(), loop.model(), rng.split(Integer.toString(k))));
            posterior.mean(loop.model());
            live[0] = loop.model().live() / (double) loop.model().positions();
        });
        return new Seen(live[0], score[0].right(), score[0].loss(), score[0].reliability().error(), r.seconds());
    }

    /** Those of the least signal for their noise die, as many in each layer as ERK says. */
    private static void cut(Loop loop, Variational posterior, double sparsity) {
        Map<Site, Long> keep = new Dynamic(dev.filigree.prune.Parts.ALLOCATIONS.make("erk"), Optional.empty()).births(loop.model().sites(), sparsity);
        keep.forEach((site, count) -> {
            try (Arena arena = Arena.ofShared()) {
                Canonical now = Canonical.of(arena, loop.compute().parallel(), loop.model().param(site).backward());
                Floats mean = Slots.of(loop.model().param(site).backward());
                Floats sigma = posterior.sigma(loop, site);
                Floats worth = Floats.allocate(mean.length());
                for (int i = 0; i < mean.length(); i++) {
                    worth.set(i, (float) Ssvi.Removal.SNR.worth(mean.get(i), sigma.get(i)));
                }
                int[] dies = new Smallest().choose(now.values(arena, loop.compute().parallel(), worth), (int) (now.live().count() - count));
                Rewiring death = Rewiring.of(arena, loop.compute().parallel(), now.live(), dies, new long[0]);
                loop.rewire(site, now, death, death.values(arena, loop.compute().parallel(), now.values(arena, loop.compute().parallel(), mean)));
            }
        });
    }
}
