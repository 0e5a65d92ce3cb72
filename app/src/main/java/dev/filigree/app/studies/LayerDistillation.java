package dev.filigree.app.studies;

import dev.filigree.app.report.BarPlot;
import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.model.Network;
import dev.filigree.prune.Parts;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Adam;
import dev.filigree.train.Classification;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.TaughtByLayers;
import dev.filigree.train.loss.Divergence;
import dev.filigree.train.loss.Objective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Kurtic et al. 2023: what is pruned and tuned again learns more from every layer of its dense self than from labels. */
final class LayerDistillation implements Study {

    private static final int BATCH = 64;
    private static final double RATE = 1e-3;
    private static final Map<String, TaughtByLayers.Weights> LOSSES = losses();

    private static Map<String, TaughtByLayers.Weights> losses() {
        Map<String, TaughtByLayers.Weights> all = new LinkedHashMap<>();
        all.put("task", new TaughtByLayers.Weights(1, 0, 0));
        all.put("task + classes", new TaughtByLayers.Weights(1, 1, 0));
        all.put("task + SquareHead", new TaughtByLayers.Weights(1, 0, 1));
        all.put("all three", new TaughtByLayers.Weights(1, 1, 1));
        return all;
    }

    @Override
    public Claim claim() {
        return new Claim("squarehead", "Kurtic et al. 2023, Sparse Fine-tuning for Inference Acceleration of Large Language Models, arXiv:2310.06927",
                "A pruned network that is tuned again recovers better when, beside the task, it is taught to do in every layer as the dense one does (SquareHead) than from the task alone or with the teacher's classes (KL).",
                "A vision transformer of three layers trained on all images, pruned at once by size and tuned again on few images with the task, with the teacher's classes, with SquareHead and with both.",
                "steps and images of tuning",
                "SquareHead no better than the task alone, or than the task with the teacher's classes",
                10);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study squarehead: found " + lab.problem().about() + ", expected labelled images; choose another --data");
        }
        int few = (int) lab.choose(500, 2000);
        DataSet d = all.data();
        Classification some = new Classification(new DataSet(d.name(), d.origin(), d.train().first(few), d.test()));
        Map<Long, Network> teachers = new HashMap<>();
        Map<String, LongFunction<Objective.Score>> rivals = new LinkedHashMap<>();
        List<Integer> sparsities = lab.quick() ? List.of(90) : List.of(75, 90);
        for (int sparsity : sparsities) {
            LOSSES.forEach((name, weights) -> rivals.put(name + ", " + sparsity + " %",
                    seed -> tuned(lab, some, teachers.computeIfAbsent(seed, s -> teacher(lab, s)), weights, sparsity, seed)));
        }
        Map<String, List<Objective.Score>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.right()));
        double dense = teachers.values().stream().mapToDouble(t -> new Relay(all, lab.compute()).score(t, BATCH).right()).average().orElseThrow();
        Table table = new Table(String.format(Locale.ROOT, "Accuracy after tuning on %,d images; dense %.2f %%", few, 100 * dense), Column.text("loss"),
                Column.percent("accuracy", 2), Column.percent("deviation", 2), Column.number("loss of the task", 4));
        List<BarPlot.Bar> bars = new ArrayList<>();
        found.forEach((name, c) -> {
            table.row(name, accuracy(c).mean(), accuracy(c).spread(), Numbers.of(c, Objective.Score::loss).mean());
            bars.add(new BarPlot.Bar(name, 0, 100 * accuracy(c).mean(), ""));
        });
        List<Verdict> verdicts = new ArrayList<>();
        for (int sparsity : sparsities) {
            verdicts.add(better("task + SquareHead", "task", sparsity, found));
            verdicts.add(better("task + SquareHead", "task + classes", sparsity, found));
            verdicts.add(better("all three", "task + classes", sparsity, found));
        }
        return new Findings(List.of(table), List.of(new BarPlot("Accuracy after tuning", "per cent", 2, List.of(new BarPlot.Group("", bars)))), verdicts);
    }

    private static Verdict better(String one, String other, int sparsity, Map<String, List<Objective.Score>> found) {
        String at = ", " + sparsity + " %";
        return Verdict.above(one + " beats " + other + " at " + sparsity + " %", 0, accuracy(found.get(one + at)).minus(accuracy(found.get(other + at))));
    }

    private static Numbers accuracy(List<Objective.Score> curves) {
        return Numbers.of(curves, c -> c.right());
    }

    private static String model(Lab lab) {
        return lab.quick() ? "vit(patch=7,width=16,layers=2,heads=2)" : "vit(patch=7,width=48,layers=3,heads=4)";
    }

    private static TrainSettings settings(Lab lab, long seed) {
        return new TrainSettings(model(lab), "", "dense", "", "", List.of(), lab.choose(0.3, 3), BATCH, "adam", RATE, "cosine", 0, 1, seed);
    }

    private static Network teacher(Lab lab, long seed) {
        return new Relay(lab.problem(), lab.compute()).first(settings(lab, seed));
    }

    /** Prunes a copy of the teacher before its first step and tunes what is left. */
    private static Objective.Score tuned(Lab lab, Classification some, Network teacher, TaughtByLayers.Weights weights, int sparsity, long seed) {
        Network student = dev.filigree.Parts.NETWORKS.make(model(lab)).build(some.input(), some.outputs());
        student.params().forEach(p -> p.set(teacher.param(p.name()).forward())); // the loop makes copies
        Rng rng = new Rng(seed).split("tuning");
                List<Hook> hooks = Parts.REGIMES.make("gmp(from=0,until=0.000001,times=1)").hooks(student.sites(), sparsity / 100.0);
        long steps = (long) lab.choose(20, 300);
        try (TaughtByLayers step = new TaughtByLayers(lab.compute(), teacher, some.objective(0), new Divergence(1), weights);
                Loop loop = new Loop(lab.compute(), student, new Setup(step, some.training(BATCH, student.form(), rng.split("order")), new Adam(0.9, 0.98, 1e-8, 0), RATE,
                        new Rates.Linear(0.1), 1, steps, Layout.CSR, hooks, rng.split("training")))) {
            loop.run((s, all, loss, batch, seconds) -> { });
            return Evaluation.of(lab.compute(), student, some.objective(0), some.testing(BATCH, student.form()));
        }
    }
}
