package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Luo et al. 2024: the share of units that a model needs falls in training with ReLU, rises with SiLU, and is smaller in deep narrow models. */
final class SparsingLaw implements Study {

    private static final double RISE = 0.01; // of the perplexity
    private static final String SILU = "SiLU, 2 layers of 64";
    private static final String RELU = "ReLU, 2 layers of 64";
    private static final String SHALLOW = "ReLU, 1 layer of 96";
    private static final String DEEP = "ReLU, 4 layers of 48";
    private static final int LOOKS = 4;

    /** The share of units needed at each look, of steps that double, and the loss at the end. */
    private record Seen(List<Double> needed, double loss) {
    }

    /** Looks after an eighth, a quarter, half and all of the steps. */
    private static final class Look implements Hook {

        private final SmallDecoder d;
        private final List<Double> needed = new ArrayList<>();

        Look(SmallDecoder d) {
            this.d = d;
        }

        @Override
        public void afterStep(Loop loop, long step) {
            for (int look = 1; look <= LOOKS; look++) {
                if (step + 1 == loop.steps() >> LOOKS - look) {
                    needed.add(new TailTruncation(loop.compute(), loop.model(), d.text().objective(0), d.held().subList(0, (int) d.lab().choose(2, 4))).atRise(RISE).active());
                }
            }
        }
    }

    @Override
    public Claim claim() {
        return new Claim("sparsing-law", "Luo et al. 2024, Sparsing Law: Towards Large Language Models with Greater Activation Sparsity, arXiv:2411.02335",
                "The share of inner units that a language model needs for its perplexity to rise by no more than one per cent falls in training with ReLU and rises with SiLU, is smaller with ReLU, and is smaller in deep narrow models than in shallow wide ones.",
                "Llamas of about as many parameters trained on characters at a constant rate; after an eighth, a quarter, half and all of the steps units are dropped whose parts of their block's output are small, in every block by the same error.",
                "steps; parameters of layers",
                "a share that does not fall with ReLU or rise with SiLU, or that is no smaller in the deep model", 6);
    }

    @Override
    public String data() {
        return "tinyshakespeare";
    }

    @Override
    public Findings run(Lab lab) {
        SmallDecoder d = SmallDecoder.of(lab, "constant(warmup=0.05)");
        Map<String, String> models = new LinkedHashMap<>();
        models.put(SILU, d.model(64, 2, 256, "silu"));
        models.put(RELU, d.model(64, 2, 256, "relu"));
        models.put(SHALLOW, d.model(96, 1, 384, "relu"));
        models.put(DEEP, d.model(48, 4, 192, "relu"));
        long steps = (long) lab.choose(16, 480);
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        models.forEach((name, model) -> rivals.put(name, seed -> {
            Look look = new Look(d);
            Network net = d.trained(model, d.course().supervised(), steps, List.of(look), seed);
            return new Seen(look.needed, d.judge(net).loss());
        }));
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "loss %.4f, %.1f %% of units needed", s.loss, 100 * s.needed.getLast()));
        Table t = new Table("Inner units needed for a perplexity of 101 %", Column.text("model"), Column.percent("after an eighth", 1), Column.percent("a quarter", 1), Column.percent("half", 1),
                Column.percent("all steps", 1), Column.percent("deviation", 1), Column.number("loss", 4));
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            t.row(name, at(all, 0).mean(), at(all, 1).mean(), at(all, 2).mean(), at(all, 3).mean(), at(all, 3).spread(), Numbers.of(all, s -> s.loss).mean());
            List<LinePlot.Point> points = new ArrayList<>();
            for (int look = 0; look < LOOKS; look++) {
                points.add(new LinePlot.Point(steps >> LOOKS - 1 - look, 100 * at(all, look).mean()));
            }
            lines.add(new LinePlot.Series(name, points));
        });
        return new Findings(List.of(t), List.of(new LinePlot("Units needed", "steps", "per cent", lines, List.of())), List.of(
                Verdict.above("with ReLU the share falls from a quarter of the steps to all", 0, at(found.get(RELU), 1).minus(at(found.get(RELU), 3))),
                Verdict.above("with SiLU it rises", 0, at(found.get(SILU), 3).minus(at(found.get(SILU), 1))),
                Verdict.above("with ReLU it is smaller than with SiLU", 0, at(found.get(SILU), 3).minus(at(found.get(RELU), 3))),
                Verdict.above("in the deep model it is smaller than in the shallow one", 0, at(found.get(SHALLOW), 3).minus(at(found.get(DEEP), 3))),
                Verdict.above("ReLU loses no more than 0.02 nats to SiLU", -0.02, Numbers.of(found.get(SILU), s -> s.loss).minus(Numbers.of(found.get(RELU), s -> s.loss)))));
    }

    private static Numbers at(List<Seen> all, int look) {
        return Numbers.of(all, s -> s.needed.get(look));
    }
}
