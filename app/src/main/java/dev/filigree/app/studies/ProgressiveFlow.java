package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bambhaniya et al. 2024: at high sparsity, what is to go must go slowly. */
final class ProgressiveFlow implements Study {

    private static final Map<String, String> METHODS = methods();

    private static Map<String, String> methods() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("ste", "ste(pattern=%s)");
        all.put("sr-ste", "sr-ste(pattern=%s)");
        all.put("fading exponentially", "pgf(pattern=%s)");
        all.put("fading linearly", "pgf(pattern=%s,decay=linear)");
        all.put("stages by steps", "pgf-stages(pattern=%s)");
        all.put("geometric stages", "pgf-stages(pattern=%s,stages=geometric)");
        return all;
    }

    @Override
    public Claim claim() {
        return new Claim("pgf", "Bambhaniya et al. 2024, Progressive Gradient Flow for Robust N:M Sparsity Training in Transformers, arXiv:2402.04744",
                "At N:M sparsity above 80 %, fading weights out (MdGf) or tightening the pattern in stages (SdGf) beats SR-STE.",
                "Two hidden layers of 128; 1:4, 1:8 and 1:16 by STE, SR-STE, fading (exponential, linear) and stages (steps, geometric): a tenth dense, six tenths of change, three tenths settled.",
                "epochs and steps; not operations: while weights fade, products are dense",
                "fading or stages no better than SR-STE at 1:8 and 1:16", 15);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense("mlp(hidden=128-128)", lab.choose(0.4, 8));
        List<String> patterns = lab.quick() ? List.of("1:16") : List.of("1:4", "1:8", "1:16");
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", dense);
        patterns.forEach(p -> METHODS.forEach((name, method) -> rivals.put(name + " " + p, dense.with(dense.model(), method.formatted(p), ""))));
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Series> lines = new ArrayList<>();
        METHODS.keySet().forEach(name -> lines.add(new LinePlot.Series(name,
                patterns.stream().map(p -> new LinePlot.Point(Integer.parseInt(p.substring(2)), found.get(name + " " + p).mean())).toList())));
        List<Verdict> verdicts = new ArrayList<>();
        for (String p : patterns) {
            for (String rival : List.of("fading exponentially", "fading linearly", "stages by steps", "geometric stages")) {
                verdicts.add(Verdict.above(rival + " beats SR-STE at " + p, 0, found.get(rival + " " + p).over(found.get("sr-ste " + p))));
            }
        }
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs", found.values())),
                List.of(new LinePlot("Accuracy against M of 1:M", "M", "accuracy", lines, List.of(new LinePlot.Level("dense", found.get("dense").mean())))), verdicts);
    }
}
