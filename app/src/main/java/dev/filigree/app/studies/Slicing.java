package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.model.CausalModel;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Structures taken out of the same decoder in equal shares, side by side: what the studies of {@code slicegpt} and {@code cfsp} share. */
record Slicing(double[] shares, List<String> structures) {

    /**
     * One model that is left.
     *
     * @param loss    nats a token
     * @param layers  weights of its layers
     * @param weights the same with shortcuts and output
     * @param time    of a forward pass, over that of the whole model
     */
    record Left(double loss, long layers, long weights, double time) {

        private static Left of(StoryTrial trial, CausalModel model, long seed) {
            return new Left(trial.loss(model, seed), StoryTrial.layers(model), StoryTrial.weights(model), trial.time(model, seed));
        }
    }

    static final String WHOLE = "whole";

    static String key(String structure, double share) {
        return structure + ", " + Math.round(100 * share) + " %";
    }

    Map<String, List<Left>> run(Lab lab, StoryTrial trial) {
        Map<String, LongFunction<Left>> rivals = new LinkedHashMap<>();
        rivals.put(WHOLE, seed -> Left.of(trial, trial.model(), seed));
        for (double share : shares) {
            for (String s : structures) {
                rivals.put(key(s, share), seed -> Left.of(trial, trial.cut(s, share, seed), seed));
            }
        }
        return lab.each(rivals, l -> String.format(Locale.ROOT, "perplexity %.3f, %,d weights", Math.exp(l.loss()), l.weights()));
    }

    Table table(Map<String, List<Left>> found) {
        Table t = new Table("What is left, and what it foresees", Column.text("taken out"), Column.number("perplexity", 2), Column.number("deviation of loss", 4),
                Column.percent("weights of layers", 1), Column.percent("with shortcuts and output", 1), Column.percent("time", 0));
        List<Left> whole = found.get(WHOLE);
        found.forEach((name, all) -> t.row(name, Math.exp(loss(all).mean()), loss(all).spread(), (double) all.getFirst().layers() / whole.getFirst().layers(),
                (double) all.getFirst().weights() / whole.getFirst().weights(), Numbers.of(all, Left::time).mean()));
        return t;
    }

    LinePlot plot(String title, Map<String, List<Left>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String s : structures) {
            List<LinePlot.Point> points = new ArrayList<>();
            points.add(new LinePlot.Point(0, loss(found.get(WHOLE)).mean()));
            for (double share : shares) {
                points.add(new LinePlot.Point(100 * share, loss(found.get(key(s, share))).mean()));
            }
            lines.add(new LinePlot.Series(s, points));
        }
        return new LinePlot(title, "taken out, per cent", "nats a token", lines, List.of());
    }

    /** Whether one loses less than another. */
    static Verdict less(Map<String, List<Left>> found, String one, String other, double share) {
        return Verdict.above("with " + Math.round(100 * share) + " % taken out " + one + " loses less than " + other, 0, loss(found.get(key(other, share))).minus(loss(found.get(key(one, share)))));
    }

    static Numbers loss(List<Left> all) {
        return Numbers.of(all, Left::loss);
    }
}
