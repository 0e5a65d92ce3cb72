package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Zhang et al. 2021: a trained dense network holds sparse ones that are good without any tuning of weights. */
final class LotteryJackpots implements Study {

    /** What searched positions may lose to tuned weights. */
    private static final double GAP = 0.005;

    private static final String UNTUNED = "largest weights, untouched";
    private static final String TUNED = "largest weights, tuned";
    private static final String JACKPOT = "jackpot";
    private static final String RANDOM = "jackpot from random scores";
    private static final String POPUP = "edge-popup";

    @Override
    public Claim claim() {
        return new Claim("lottery-jackpots", "Zhang et al. 2021, Lottery Jackpots Exist in Pre-trained Models, arXiv:2104.08700; Ramanujan et al. 2020, arXiv:1911.13299",
                "A trained dense network holds sparse ones that do as well as tuned ones without any change of a weight; "
                        + "a search that begins at the largest weights finds them sooner.",
                "LeNet-300-100, 95 % zeros spread by ERK; half of the epochs train the dense network, half prune, tune or search; "
                        + "edge-popup searches random weights all the time.",
                "epochs",
                "a jackpot no better than the largest weights untouched, or more than 0.5 points below the same tuned", 10);
    }

    /** A run and where its weights live. */
    private record Found(Trial.Result trial, List<Topology> live) {

        /** Share of the live positions that are live in another run too. */
        double overlap(Found other) {
            long both = 0;
            for (int i = 0; i < live.size(); i++) {
                Topology a = live.get(i);
                for (int r = 0; r < a.rows(); r++) {
                    for (int j = a.start().get(r); j < a.start().get(r + 1); j++) {
                        both += other.live.get(i).find(r, a.column().get(j)) >= 0 ? 1 : 0;
                    }
                }
            }
            return both / (double) live.stream().mapToLong(Topology::count).sum();
        }

        /** What {@link #overlap} is on average when each layer's positions are drawn at random. */
        double chance() {
            return live.stream().mapToDouble(t -> (double) t.count() * t.count() / ((double) t.rows() * t.cols())).sum() / live.stream().mapToLong(Topology::count).sum();
        }
    }

    @Override
    public Findings run(Lab lab) {
        double epochs = lab.choose(0.5, 2);
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", Rivals.dense("lenet-300-100", 2 * epochs));
        TrainSettings base = Rivals.dense("lenet-300-100", epochs);
        rivals.put(UNTUNED, base.with(base.model(), "jackpots(rate=0)", "95%"));
        rivals.put(TUNED, base.with(base.model(), "gmp(allocation=erk,times=1,until=0.5,rounds=2)", "95%"));
        rivals.put(JACKPOT, base.with(base.model(), "jackpots", "95%"));
        rivals.put(RANDOM, base.with(base.model(), "jackpots(start=random)", "95%"));
        rivals.put(POPUP, rivals.get("dense").with(base.model(), "edge-popup", "95%"));
        Map<String, LongFunction<Found>> runs = new LinkedHashMap<>();
        rivals.forEach((name, settings) -> runs.put(name, seed -> train(lab, settings.withSeed(seed))));
        Map<String, List<Found>> found = lab.each(runs, f -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * f.trial.last().right()));
        Map<String, Lab.Series> series = new LinkedHashMap<>();
        found.forEach((name, all) -> series.put(name, new Lab.Series(name, all.stream().map(Found::trial).toList())));
        Lab.Series jackpot = series.get(JACKPOT);
        return new Findings(List.of(Rivals.table("Accuracy at 95 % zeros and equal epochs", series.values()), overlaps(found)), List.of(plot(series)),
                List.of(Verdict.above("a jackpot beats the largest weights, both untouched", 0, jackpot.over(series.get(UNTUNED))),
                        Verdict.above("a jackpot is within 0.5 points of the largest weights tuned as long", -GAP, jackpot.over(series.get(TUNED))),
                        Verdict.above("scores that begin at the largest weights beat random ones", 0, jackpot.over(series.get(RANDOM))),
                        Verdict.above("a jackpot of trained weights beats one of random weights", 0, jackpot.over(series.get(POPUP))),
                        Verdict.above("a jackpot shares more positions with the largest weights than chance would", 0,
                                overlap(found, JACKPOT).minus(Numbers.of(found.get(JACKPOT), Found::chance)))));
    }

    private static Found train(Lab lab, TrainSettings settings) {
        List<Topology> live = new ArrayList<>();
        Trial.Result trial = Trial.run(settings, lab.problem(), lab.compute(), List.of(),
                loop -> loop.model().sites().forEach(s -> live.add(Topology.of(loop.model().param(s).forward()))));
        return new Found(trial, live);
    }

    /** With the largest weights of the same dense network, by seed. */
    private static Numbers overlap(Map<String, List<Found>> found, String name) {
        double[] all = new double[found.get(name).size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = found.get(name).get(i).overlap(found.get(UNTUNED).get(i));
        }
        return new Numbers(all);
    }

    private static Table overlaps(Map<String, List<Found>> found) {
        Table t = new Table("Live positions that are among the largest weights of the same dense network",
                Column.text("rival"), Column.percent("overlap", 1), Column.percent("by chance", 1));
        for (String name : List.of(TUNED, JACKPOT, RANDOM)) {
            t.row(name, overlap(found, name).mean(), Numbers.of(found.get(name), Found::chance).mean());
        }
        return t;
    }

    private static LinePlot plot(Map<String, Lab.Series> series) {
        return new LinePlot("Accuracy on the way (first seed)", "epochs", "accuracy",
                series.values().stream().map(s -> new LinePlot.Series(s.name(),
                        s.trials().getFirst().curve().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())).toList(),
                List.of());
    }
}
