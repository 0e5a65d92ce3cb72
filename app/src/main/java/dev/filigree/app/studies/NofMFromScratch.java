package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Zhou et al. 2021: N:M from scratch, with survivors that settle. */
final class NofMFromScratch implements Study {

    /** What SR-STE may lose to dense at 2:4. */
    private static final double GAP = 0.003;
    private static final int POINTS = 24;

    /** A run, and which share of survivors changed in it. */
    private record Watched(Trial.Result trial, SurvivorChanges changes) {
    }

    @Override
    public Claim claim() {
        return new Claim("n-m", "Zhou et al. 2021, Learning N:M Fine-grained Structured Sparse Neural Networks From Scratch, arXiv:2102.04010",
                "Pulling weights that did not survive towards zero (SR-STE) lets survivors settle and beats the plain estimator (STE) and a dense network that is cut once (ASP); 2:4 costs nothing.",
                "Two hidden layers of 128; 2:4, 1:4 and 1:8 by STE, SR-STE (the decay in the gradient, and beside the optimizer) and ASP cut in the middle.",
                "epochs and steps",
                "SR-STE no better than STE or ASP at 1:8, survivors that change as often, or SR-STE at 2:4 more than 0.3 points below dense", 12);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense("mlp(hidden=128-128)", lab.choose(0.4, 8));
        List<String> patterns = lab.quick() ? List.of("1:8") : List.of("2:4", "1:4", "1:8");
        Map<String, LongFunction<Watched>> rivals = new LinkedHashMap<>();
        rivals.put("dense", seed -> watched(lab, dense.withSeed(seed)));
        for (String p : patterns) {
            for (String[] m : new String[][] {{"ste", ""}, {"sr-ste", ""}, {"sr-ste beside", ",into=weights"}, {"asp", ""}}) {
                TrainSettings s = dense.with(dense.model(), m[0].split(" ")[0] + "(pattern=" + p + m[1] + ")", "");
                rivals.put(m[0] + " " + p, seed -> watched(lab, s.withSeed(seed)));
            }
        }
        Map<String, List<Watched>> runs = lab.each(rivals, w -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * w.trial.last().right()));
        Map<String, Lab.Series> found = new LinkedHashMap<>();
        runs.forEach((name, all) -> found.put(name, new Lab.Series(name, all.stream().map(Watched::trial).toList())));
        Table changes = new Table("Survivors that change in a step, second half of the run", Column.text("rival"), Column.percent("changed", 4));
        List<LinePlot.Series> lines = new ArrayList<>();
        runs.forEach((name, all) -> {
            if (name.contains("ste ")) {
                changes.row(name, late(all).mean());
                lines.add(new LinePlot.Series(name, all.getFirst().changes.curve(POINTS)));
            }
        });
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs", found.values()), changes),
                List.of(new LinePlot("Share of survivors that change in a step (first seed)", "epochs", "share", lines, List.of())), verdicts(patterns, found, runs));
    }

    private static List<Verdict> verdicts(List<String> patterns, Map<String, Lab.Series> found, Map<String, List<Watched>> runs) {
        List<Verdict> verdicts = new ArrayList<>();
        if (patterns.contains("2:4")) {
            verdicts.add(Verdict.above("SR-STE at 2:4 is within 0.3 points of dense", -GAP, found.get("sr-ste 2:4").over(found.get("dense"))));
        }
        for (String p : patterns) {
            verdicts.add(Verdict.above("SR-STE beats STE at " + p, 0, found.get("sr-ste " + p).over(found.get("ste " + p))));
            verdicts.add(Verdict.above("SR-STE beats cutting once at " + p, 0, found.get("sr-ste " + p).over(found.get("asp " + p))));
            verdicts.add(Verdict.above("the decay is better in the gradient than beside the optimizer at " + p, 0, found.get("sr-ste " + p).over(found.get("sr-ste beside " + p))));
            verdicts.add(Verdict.above("survivors of STE change more often than those of SR-STE at " + p, 0, late(runs.get("ste " + p)).minus(late(runs.get("sr-ste " + p)))));
        }
        return verdicts;
    }

    private static Numbers late(List<Watched> all) {
        return Numbers.of(all, w -> w.changes.late());
    }

    private static Watched watched(Lab lab, TrainSettings settings) {
        SurvivorChanges changes = new SurvivorChanges();
        return new Watched(Trial.run(settings, lab.problem(), lab.compute(), List.of(changes), loop -> { }), changes);
    }
}
