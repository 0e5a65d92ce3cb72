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

/** Lee et al. 2019, Wang et al. 2020 and Tanaka et al. 2020, and those who doubt: which positions are worth keeping, before training. */
final class PruningAtBirth implements Study {

    /** What positions may be worth beyond their number in each layer, to be worth nothing. */
    private static final double NOTHING = 0.005;

    @Override
    public Claim claim() {
        return new Claim("pruning-at-birth",
                "Lee et al. 2019, SNIP, arXiv:1810.02340; Wang et al. 2020, GraSP, arXiv:2002.07376; Tanaka et al. 2020, SynFlow, arXiv:2006.05467; Su et al. 2020, arXiv:2009.11094",
                "Scores of untrained weights find positions that train better than random ones; GraSP's and SynFlow's do so where SNIP's cut layers off; and what they find is numbers for each layer rather than positions.",
                "Four hidden layers of 200, 90, 98 and 99.5 % zeros chosen before the first step by one threshold over all layers, one batch of 128 to look at.",
                "epochs and live weights",
                "SNIP no better than ERK at 90 %, GraSP no better than SNIP at 98 %, SynFlow no better than SNIP at 99.5 %, or SNIP's positions more than half a point above random ones with its numbers",
                10);
    }

    @Override
    public Findings run(Lab lab) {
        List<String> levels = List.of("90%", "98%", "99.5%");
        TrainSettings dense = Rivals.dense(lab.quick() ? "mlp(hidden=50-50-50-50)" : "mlp(hidden=200-200-200-200)", lab.choose(0.3, 5));
        Map<String, String> methods = new LinkedHashMap<>();
        methods.put("snip", "snip");
        methods.put("snip, fresh values", "snip(values=fresh)");
        methods.put("snip's numbers", "snip(values=fresh,positions=random)");
        methods.put("grasp", "grasp");
        methods.put("synflow", lab.quick() ? "synflow(rounds=10)" : "synflow");
        methods.put("magnitude", "at-birth(saliency=magnitude)");
        methods.put("random by erk", "static(allocation=erk)");
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", dense);
        for (String level : levels) {
            methods.forEach((name, method) -> rivals.put(name + " " + level, dense.with(dense.model(), method, level)));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String name : methods.keySet()) {
            lines.add(new LinePlot.Series(name, levels.reversed().stream().map(l -> new LinePlot.Point(100 - Double.parseDouble(l.replace("%", "")), found.get(name + " " + l).mean())).toList()));
        }
        Lab.Series snip = found.get("snip 99.5%");
        Lab.Series synflow = found.get("synflow 99.5%");
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs", found.values()), outputs(found)),
                List.of(new LinePlot("Accuracy against density", "live weights, per cent", "accuracy", lines, List.of(new LinePlot.Level("dense", found.get("dense").mean())))),
                List.of(Verdict.above("SNIP beats random positions by ERK at 90 %", 0, found.get("snip 90%").over(found.get("random by erk 90%"))),
                        Verdict.above("GraSP beats SNIP at 98 %", 0, found.get("grasp 98%").over(found.get("snip 98%"))),
                        Verdict.above("SynFlow beats SNIP at 99.5 %", 0, synflow.over(snip)),
                        Verdict.above("SynFlow leaves more outputs in its poorest layer than SNIP at 99.5 % (share of outputs)", 0, poorest(synflow).minus(poorest(snip))),
                        Verdict.above("as many random positions in each layer are at most half a point worse than SNIP's own, at 90 %", -NOTHING,
                                found.get("snip's numbers 90%").over(found.get("snip, fresh values 90%"))),
                        Verdict.above("the same at 98 %", -NOTHING, found.get("snip's numbers 98%").over(found.get("snip, fresh values 98%")))));
    }

    /** Share of the outputs of the poorest layer that have a live weight. */
    private static Numbers poorest(Lab.Series series) {
        return Numbers.of(series.trials(), t -> t.layers().stream().mapToDouble(l -> l.outputs() / (double) l.rows()).min().orElseThrow());
    }

    /** Where layers are cut off. */
    private static Table outputs(Map<String, Lab.Series> found) {
        List<Trial.Layer> layers = found.get("dense").trials().getFirst().layers();
        List<Column> columns = new ArrayList<>(List.of(Column.text("rival")));
        layers.forEach(l -> columns.add(Column.count(l.name().replace(".weight", "") + ", of " + l.rows())));
        Table t = new Table("Outputs that have a live weight, by layer (first seed)", columns.toArray(Column[]::new));
        found.forEach((name, s) -> {
            List<Object> row = new ArrayList<>(List.of(name));
            s.trials().getFirst().layers().forEach(l -> row.add(l.outputs()));
            t.row(row.toArray());
        });
        return t;
    }
}
