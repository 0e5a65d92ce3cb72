package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.SparseActivity;
import dev.filigree.train.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Song et al. 2024: a force that rises in stages makes inner units zero at less loss than one that is there from the first step on. */
final class ProgressiveActivity implements Study {

    private static final String SILU = "SiLU goes on";
    private static final String RELU = "ReLU alone";
    private static final String CONSTANT = "ReLU, constant force";
    private static final String STAGED = "ReLU, force in stages";
    private static final String STRONG = "ReLU, stages to three times that force";
    private static final String SHIFTED = STAGED + ", threshold";
    private static final List<Double> PEAKS = List.of(5e-5, 5e-4, 2e-3, 4e-3);
    private static final double THRESHOLD = 0.01;
    /** Nats that are a difference to speak of. */
    private static final double GAP = 0.02;

    @Override
    public Claim claim() {
        return new Claim("prosparse", "Song et al. 2024, ProSparse: Introducing and Enhancing Intrinsic Activation Sparsity within Large Language Models, arXiv:2402.13516",
                "A language model whose SiLU is replaced by ReLU and that is trained on with an L1 force on its inner units, rising in stages, has far fewer active units than with ReLU alone at a comparable loss, and loses less than with the final force "
                        + "from the first step on; a small threshold cuts more for nothing.",
                "A Llama of two layers with 256 inner units, pretrained with SiLU on characters, then trained on: with SiLU, with ReLU, with ReLU and a constant force, with one that rises to it in four stages, or to three times of it; a threshold of 0.01 behind the last.",
                "steps of pretraining and of going on; the last force but where three times of it is said",
                "no fewer active units than with ReLU alone, a loss more than 0.02 nats above ReLU alone, or one no lower than with the constant force", 5);
    }

    @Override
    public String data() {
        return "tinyshakespeare";
    }

    @Override
    public Findings run(Lab lab) {
        SmallDecoder d = SmallDecoder.of(lab, "cosine(floor=0.1)");
        Map<Long, Network> pretrained = new HashMap<>();
        Map<String, LongFunction<InnerUnits.Seen>> rivals = new LinkedHashMap<>();
        Map<Long, Network> staged = new HashMap<>();
        rivals.put(SILU, seed -> d.judge(on(d, pretrained, "silu", null, seed)));
        rivals.put(RELU, seed -> d.judge(on(d, pretrained, "relu", null, seed)));
        rivals.put(CONSTANT, seed -> d.judge(on(d, pretrained, "relu", List.of(PEAKS.getLast()), seed)));
        rivals.put(STAGED, seed -> d.judge(staged.computeIfAbsent(seed, s -> on(d, pretrained, "relu", PEAKS, s))));
        rivals.put(STRONG, seed -> d.judge(on(d, pretrained, "relu", PEAKS.stream().map(p -> 3 * p).toList(), seed)));
        rivals.put(SHIFTED, seed -> InnerUnits.judge(lab.compute(), staged.get(seed), d.text().objective(0), d.held(), InnerUnits.above(THRESHOLD), InnerUnits.Rule.NONE));
        Map<String, List<InnerUnits.Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "loss %.4f, %.1f %% of units active", s.loss(), 100 * s.active()));
        Table t = new Table("Inner units and loss on text that was held out", Column.text("trained on with"), Column.percent("units at zero", 2), Column.percent("deviation", 2),
                Column.number("loss", 4), Column.number("deviation", 4), Column.number("perplexity", 3));
        List<LinePlot.Series> points = new ArrayList<>();
        found.forEach((name, all) -> {
            Numbers zeros = Numbers.of(all, InnerUnits.Seen::zeros);
            Numbers loss = Numbers.of(all, InnerUnits.Seen::loss);
            t.row(name, zeros.mean(), zeros.spread(), loss.mean(), loss.spread(), Math.exp(loss.mean()));
            points.add(new LinePlot.Series(name, List.of(new LinePlot.Point(100 * zeros.mean(), loss.mean()))));
        });
        return new Findings(List.of(t), List.of(new LinePlot("Units at zero and loss", "units at zero, per cent", "nats", points, List.of())), List.of(
                Verdict.above("in stages more units are zero than with ReLU alone", 0.1, zeros(found, STAGED).minus(zeros(found, RELU))),
                Verdict.within("in stages the loss is that of ReLU alone", GAP, loss(found, STAGED).minus(loss(found, RELU))),
                Verdict.above("the constant force loses more than the stages", 0, loss(found, CONSTANT).minus(loss(found, STAGED))),
                Verdict.above("stages to three times the force leave at least as many zeros as the constant force", 0, zeros(found, STRONG).minus(zeros(found, CONSTANT))),
                Verdict.above("and lose less than it", 0, loss(found, CONSTANT).minus(loss(found, STRONG))),
                Verdict.above("the threshold makes more zeros", 0, zeros(found, SHIFTED).minus(zeros(found, STAGED))),
                Verdict.within("the threshold costs nothing", GAP / 4, loss(found, SHIFTED).minus(loss(found, STAGED)))));
    }

    /** @param peaks of the force; null for none */
    private static Network on(SmallDecoder d, Map<Long, Network> pretrained, String activation, List<Double> peaks, long seed) {
        long steps = (long) d.lab().choose(20, 400);
        Network begun = pretrained.computeIfAbsent(seed, s -> d.trained(d.model(64, 2, 256, "silu"), d.course().supervised(), steps, List.of(), s));
        Step step = peaks == null ? d.course().supervised() : new SparseActivity(d.text().objective(0), peaks);
        return d.further(d.model(64, 2, 256, activation), begun, step, steps, List.of(), seed);
    }

    private static Numbers zeros(Map<String, List<InnerUnits.Seen>> found, String name) {
        return Numbers.of(found.get(name), InnerUnits.Seen::zeros);
    }

    private static Numbers loss(Map<String, List<InnerUnits.Seen>> found, String name) {
        return Numbers.of(found.get(name), InnerUnits.Seen::loss);
    }
}
