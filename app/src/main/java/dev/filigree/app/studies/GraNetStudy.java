package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Liu et al. 2021: gradual pruning gains from connections that grow back. */
final class GraNetStudy implements Study {

    private static final String GMP = "gmp, one threshold";
    private static final String DENSE_BORN = "granet, dense to sparse";
    private static final String SPARSE_BORN = "granet, sparse to sparse";
    private static final String NO_REGROWTH = "the same, no regrowth";

    @Override
    public Claim claim() {
        return new Claim("granet", "Liu et al. 2021, Sparse Training via Boosting Pruning Plasticity with Neuroregeneration, arXiv:2106.10404",
                "Gradual pruning that lets connections grow back beats gradual pruning alone, and started at half the weights it beats other sparse-to-sparse training.",
                "LeNet-300-100 at 90, 95 and 98 %, the same batches and rates for all; gradual pruning by layer and with one threshold for all layers.",
                "epochs; the operations that each spends, the mean share of live positions over all steps, are in the table",
                "GraNet no better than gradual pruning with the same threshold, or its sparse form no better than RigL, at 95 or 98 %", 12);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(0.4, 6));
        List<String> levels = lab.quick() ? List.of("95%") : List.of("90%", "95%", "98%");
        Map<String, String> methods = new LinkedHashMap<>();
        methods.put("static", "static");
        methods.put("set", lab.quick() ? "set(every=5)" : "set");
        methods.put("rigl", lab.quick() ? "rigl(every=5)" : "rigl");
        methods.put("gmp", "gmp");
        methods.put(GMP, "gmp(allocation=global)");
        methods.put(DENSE_BORN, "granet");
        methods.put(SPARSE_BORN, "granet(from=0.5)");
        methods.put(NO_REGROWTH, "granet(from=0.5,share=0)");
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", base);
        levels.forEach(level -> methods.forEach((name, method) -> rivals.put(name + " " + level, base.with(base.model(), method, level))));
        Map<String, Lab.Series> found = lab.run(rivals);

        Table table = new Table("Accuracy at equal epochs", Column.text("rival"), Column.percent("live at the end", 2), Column.percent("operations, of dense", 1),
                Column.percent("accuracy", 2), Column.percent("deviation", 2), Column.seconds("time of a run"));
        found.values().forEach(s -> table.row(s.name(), s.trials().getFirst().live() / (double) s.trials().getFirst().positions(), s.trials().getFirst().work() / s.trials().getFirst().positions(),
                s.mean(), s.accuracy().spread(), s.trials().stream().mapToDouble(Trial.Result::seconds).average().orElseThrow()));
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String method : methods.keySet()) {
            lines.add(new LinePlot.Series(method, levels.stream().map(l -> new LinePlot.Point(Double.parseDouble(l.replace("%", "")), found.get(method + " " + l).mean())).toList()));
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (String level : lab.quick() ? levels : List.of("95%", "98%")) {
            verdicts.add(Verdict.above("GraNet beats gradual pruning with the same threshold at " + level, 0, found.get(DENSE_BORN + " " + level).over(found.get(GMP + " " + level))));
            verdicts.add(Verdict.above("GraNet born half dense beats RigL at " + level, 0, found.get(SPARSE_BORN + " " + level).over(found.get("rigl " + level))));
            verdicts.add(Verdict.above("GraNet born half dense beats the same without regrowth at " + level, 0,
                    found.get(SPARSE_BORN + " " + level).over(found.get(NO_REGROWTH + " " + level))));
        }
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy against sparsity", "zeros, per cent", "accuracy", lines,
                List.of(new LinePlot.Level("dense", found.get("dense").mean())))), verdicts);
    }
}
