package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evci et al. 2020 and Mocanu et al. 2018: positions that move beat positions that stay. */
final class DynamicSparsity implements Study {

    /** What RigL may lose to dense at 90 %. */
    private static final double GAP = 0.007;

    @Override
    public Claim claim() {
        return new Claim("dynamic-sparsity", "Evci et al. 2020, Rigging the Lottery, arXiv:1911.11134; Mocanu et al. 2018, arXiv:1707.04780",
                "Sparse from the first step, RigL and SET beat random positions that stay, and at moderate sparsity RigL is about as good as dense.",
                "LeNet-300-100, 90 and 98 % zeros spread by ERK, the same batches and rates for all.",
                "epochs",
                "RigL or SET no better than static at 98 %, or RigL at 90 % more than 0.7 points below dense", 10);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(1, 30));
        String every = lab.quick() ? "every=5" : "every=100";
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", base);
        for (String sparsity : List.of("90%", "98%")) {
            rivals.put("static " + sparsity, base.with(base.model(), "static", sparsity));
            rivals.put("set " + sparsity, base.with(base.model(), lab.quick() ? "set(every=5)" : "set", sparsity));
            rivals.put("rigl " + sparsity, base.with(base.model(), "rigl(" + every + ")", sparsity));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs", found.values())), List.of(plot("90%", found), plot("98%", found)),
                List.of(Verdict.above("RigL at 90 % is within 0.7 points of dense", -GAP, found.get("rigl 90%").over(found.get("dense"))),
                        Verdict.above("RigL beats static at 98 %", 0, found.get("rigl 98%").over(found.get("static 98%"))),
                        Verdict.above("SET beats static at 98 %", 0, found.get("set 98%").over(found.get("static 98%")))));
    }

    private static LinePlot plot(String sparsity, Map<String, Lab.Series> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, s) -> {
            if (name.equals("dense") || name.endsWith(sparsity)) {
                lines.add(new LinePlot.Series(name, s.trials().getFirst().curve().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList()));
            }
        });
        return new LinePlot("Accuracy at " + sparsity + " zeros (first seed)", "epochs", "accuracy", lines, List.of());
    }
}
