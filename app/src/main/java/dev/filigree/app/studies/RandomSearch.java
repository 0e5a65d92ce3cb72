package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Farahani 2024: choosing among random sparse networks by their loss before training gains nothing. */
final class RandomSearch implements Study {

    /** A difference in accuracy that would be none to speak of. */
    private static final double NONE = 0.005;

    @Override
    public Claim claim() {
        return new Claim("random-search", "Farahani 2024, Random Search as a Baseline for Sparse Neural Network Architecture Search, arXiv:2403.08265",
                "Sparse networks that were found by random search neither end better nor learn faster than the first random one.",
                "LeNet-300-100 at 90 and 99 % zeros: the first drawing against that of a hundred with the lowest loss before training, judged on 512 examples.",
                "epochs after the search, and the order of batches",
                "a mean difference of more than half a point at the end, or of a point after the first epoch", 5);
    }

    @Override
    public int seeds() {
        return 6;
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense("lenet-300-100", lab.choose(1, 5));
        String search = lab.quick() ? "random-search(candidates=10)" : "random-search(candidates=100)";
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", dense);
        for (String level : List.of("90%", "99%")) {
            rivals.put("first drawing " + level, dense.with(dense.model(), "static", level));
            rivals.put("best drawing " + level, dense.with(dense.model(), search, level));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        List<Verdict> verdicts = new ArrayList<>();
        for (String level : List.of("90%", "99%")) {
            Lab.Series first = found.get("first drawing " + level);
            Lab.Series best = found.get("best drawing " + level);
            verdicts.add(Verdict.within("best and first drawing end alike at " + level, NONE, best.over(first)));
            verdicts.add(Verdict.within("after one epoch they are alike at " + level, 2 * NONE, early(best).minus(early(first))));
        }
        verdicts.add(Verdict.above("dense beats the best drawing at 99 %", 0, found.get("dense").over(found.get("best drawing 99%"))));
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, s) -> lines.add(new LinePlot.Series(name, s.trials().getFirst().curve().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())));
        return new Findings(List.of(Rivals.table("Accuracy after the same epochs", found.values())),
                List.of(new LinePlot("Accuracy while learning (first seed)", "epochs", "accuracy", lines, List.of())), verdicts);
    }

    private static Numbers early(Lab.Series series) {
        return Numbers.of(series.trials(), t -> t.curve().getFirst().right());
    }
}
