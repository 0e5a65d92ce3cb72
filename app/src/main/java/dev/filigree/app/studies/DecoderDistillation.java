package dev.filigree.app.studies;

import dev.filigree.app.report.BarPlot;
import dev.filigree.model.Network;
import dev.filigree.prune.Parts;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Hook;
import dev.filigree.train.TaughtByLayers;
import dev.filigree.train.loss.Divergence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Kurtic et al. 2023, on what it was meant for: a pruned language model that is tuned again learns more from every layer of its dense self than from text. */
final class DecoderDistillation implements Study {

    private static final Map<String, TaughtByLayers.Weights> LOSSES = losses();

    private static Map<String, TaughtByLayers.Weights> losses() {
        Map<String, TaughtByLayers.Weights> all = new LinkedHashMap<>();
        all.put("text", new TaughtByLayers.Weights(1, 0, 0));
        all.put("text + classes", new TaughtByLayers.Weights(1, 1, 0));
        all.put("text + SquareHead", new TaughtByLayers.Weights(1, 0, 1));
        all.put("all three", new TaughtByLayers.Weights(1, 1, 1));
        return all;
    }

    @Override
    public Claim claim() {
        return new Claim("squarehead-decoder", "Kurtic et al. 2023, Sparse Fine-tuning for Inference Acceleration of Large Language Models, arXiv:2310.06927",
                "A language model pruned to 75 % and tuned again recovers better when, beside the text, it is taught to do in every layer as the dense one does (SquareHead) than from the text alone or with the teacher's classes (KL).",
                "A Llama of two layers trained on characters, pruned at once by size and tuned again for few steps with the text, with the teacher's classes, with SquareHead and with both.",
                "steps and text of tuning",
                "SquareHead no better than the text alone, or than the text with the teacher's classes", 4);
    }

    @Override
    public String data() {
        return "tinyshakespeare";
    }

    @Override
    public Findings run(Lab lab) {
        SmallDecoder d = SmallDecoder.of(lab, "cosine(floor=0.05)");
        String model = d.model(64, 2, 176, "silu");
        Map<Long, Network> teachers = new HashMap<>();
        List<Integer> sparsities = lab.quick() ? List.of(75) : List.of(75, 90);
        Map<String, LongFunction<Double>> rivals = new LinkedHashMap<>();
        for (int sparsity : sparsities) {
            LOSSES.forEach((name, weights) -> rivals.put(name(name, sparsity), seed -> {
                Network teacher = teachers.computeIfAbsent(seed, s -> d.trained(model, d.course().supervised(), (long) lab.choose(40, 600), List.of(), s));
                return tuned(d, model, teacher, weights, sparsity, seed);
            }));
        }
        Map<String, List<Double>> found = lab.each(rivals, l -> String.format(Locale.ROOT, "%.4f nats", l));
        double dense = teachers.values().stream().mapToDouble(t -> d.judge(t).loss()).average().orElseThrow();
        Table table = new Table(String.format(Locale.ROOT, "Loss on held-out text after tuning; dense %.4f", dense), Column.text("tuned with"), Column.number("loss", 4), Column.number("deviation", 4),
                Column.number("lost to dense", 4));
        List<BarPlot.Bar> bars = new ArrayList<>();
        found.forEach((name, all) -> {
            Numbers loss = Numbers.of(all, l -> l);
            table.row(name, loss.mean(), loss.spread(), loss.mean() - dense);
            bars.add(new BarPlot.Bar(name, 0, loss.mean(), ""));
        });
        List<Verdict> verdicts = new ArrayList<>();
        for (int sparsity : sparsities) {
            verdicts.add(better("text + SquareHead", "text", sparsity, found));
            verdicts.add(better("text + SquareHead", "text + classes", sparsity, found));
            verdicts.add(better("all three", "text + classes", sparsity, found));
        }
        return new Findings(List.of(table), List.of(new BarPlot("Loss after tuning", "nats", 3, List.of(new BarPlot.Group("", bars)))), verdicts);
    }

    private static String name(String loss, int sparsity) {
        return loss + ", " + sparsity + " %";
    }

    private static Verdict better(String one, String other, int sparsity, Map<String, List<Double>> found) {
        return Verdict.above(one + " beats " + other + " at " + sparsity + " %", 0,
                Numbers.of(found.get(name(other, sparsity)), l -> l).minus(Numbers.of(found.get(name(one, sparsity)), l -> l)));
    }

    /** Prunes a copy of the teacher before its first step and tunes what is left. */
    private static double tuned(SmallDecoder d, String model, Network teacher, TaughtByLayers.Weights weights, int sparsity, long seed) {
        List<Hook> hooks = Parts.REGIMES.make("gmp(from=0,until=0.000001,times=1)").hooks(teacher.sites(), sparsity / 100.0);
        try (TaughtByLayers step = new TaughtByLayers(d.lab().compute(), teacher, d.text().objective(0), new Divergence(1), weights)) {
            return d.judge(d.further(model, teacher, step, (long) d.lab().choose(10, 120), hooks, seed)).loss();
        }
    }
}
