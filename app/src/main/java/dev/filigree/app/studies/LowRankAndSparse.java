package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.model.Branched;
import dev.filigree.model.Model;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Loop;
import dev.filigree.train.NextToken;
import dev.filigree.train.Parts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.DoubleStream;

/** Li et al. 2025: with half of the parameters, low rank and the right columns train as well as the whole weights. */
final class LowRankAndSparse implements Study {

    private static final String WHOLE = "full rank";
    private static final String LOST = "LOST";
    private static final String LOW = "low rank alone";
    private static final String SLTRAIN = "low rank and random weights (SLTrain)";
    private static final String ANY = "LOST, random columns";

    /** Each form is trained with each of them, and the better one counts. */
    private static final double[] RATES = {3e-3, 1e-2};
    /** Steps from one point of the plot to the next. */
    private static final int LOOK = 20;

    /** What came out. */
    private record Outcome(long parameters, double rate, Loop.Rehearsal step, double loss, List<LinePlot.Point> learned) {
    }

    @Override
    public Claim claim() {
        return new Claim("lost", "Li et al. 2025, LOST: Low-rank and Sparse Pre-training for Large Language Models, arXiv:2508.02668",
                "A language model whose layers are a low rank and some columns of the first weights, both from their singular value decomposition, learns as well from scratch as one of full rank with "
                        + "twice the parameters, and better than with the low rank alone, random columns, or random single weights.",
                "A decoder of 2 layers trained from scratch on a text, all weights of its layers in half of their parameters.",
                "parameters of the layers (at most 50 %, but for full rank) and steps; each form at the better of two rates",
                "LOST no better than the low rank alone, random columns or SLTrain, or worse than full rank", 8);
    }

    @Override
    public String data() {
        return "tinyshakespeare";
    }

    @Override
    public Findings run(Lab lab) {
        Texts texts = Texts.of(lab, List.of(lab.preset()), (int) lab.choose(32, 64), (int) lab.choose(32, 64));
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put(WHOLE, "");
        forms.put(LOW, "low-rank");
        forms.put(LOST, "lost");
        forms.put(ANY, "lost(choice=random)");
        forms.put("LOST, columns by norm", "lost(choice=norm)");
        forms.put("LOST, gamma 0.7", "lost(gamma=0.7)");
        forms.put(SLTRAIN, "sltrain");
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        forms.forEach((name, form) -> rivals.put(name, seed -> outcome(lab, texts, form, seed)));
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "%.4f nats", o.loss));

        Table table = new Table("Loss at half of the parameters", Column.text("form"), Column.count("parameters of the layers"), Column.number("rate (first seed)", 3), Column.number("loss", 4), Column.number("deviation", 4),
                Column.bytes("optimizer"), Column.number("step, ms", 1));
        found.forEach((name, all) -> table.row(name, all.getFirst().parameters, all.getFirst().rate, of(all).mean(), of(all).spread(), all.getFirst().step.memory().optimizer(),
                1e3 * Numbers.of(all, o -> o.step.seconds()).mean()));
        List<LinePlot.Series> lines = found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), e.getValue().getFirst().learned)).toList();
        Numbers lost = of(found.get(LOST));
        return new Findings(List.of(table), List.of(new LinePlot("Loss of training (first seed)", "steps", "nats", lines, List.of())), List.of(
                Verdict.above("LOST beats the low rank alone", 0, of(found.get(LOW)).minus(lost)),
                Verdict.above("columns by the decomposition beat random ones", 0, of(found.get(ANY)).minus(lost)),
                Verdict.above("LOST beats SLTrain", 0, of(found.get(SLTRAIN)).minus(lost)),
                Verdict.above("LOST is no worse than full rank, by 0.02 nats", -0.02, of(found.get(WHOLE)).minus(lost))));
    }

    private static Numbers of(List<Outcome> all) {
        return Numbers.of(all, Outcome::loss);
    }

    /**
     * The best of the rates: a form whose products are scaled down by gamma moves less at the same rate.
     *
     * @param form of every weight but the output's, or empty for the weights themselves
     */
    private static Outcome outcome(Lab lab, Texts texts, String form, long seed) {
        return (lab.quick() ? DoubleStream.of(RATES[0]) : DoubleStream.of(RATES)).mapToObj(rate -> outcome(lab, texts, form, rate, seed))
                .min(Comparator.comparingDouble(Outcome::loss)).orElseThrow();
    }

    private static Outcome outcome(Lab lab, Texts texts, String form, double rate, long seed) {
        NextToken text = texts.all().getFirst();
        Rng rng = new Rng(seed);
        Network net = form.isEmpty() ? texts.born(rng.split("birth")) : texts.decoder();
        Model model = form.isEmpty() ? net : Parts.PARAMETERIZATIONS.make(form).born(lab.compute(), net, s -> s.role() != Role.OUTPUT, rng.split("birth"));
        long parameters = model instanceof Branched b ? b.count() : net.sites().stream().filter(s -> s.role() != Role.OUTPUT).mapToLong(Site::positions).sum();
        Loop.Rehearsal step = texts.rehearsal(model, text, lab.choose(0.01, 0.2));
        List<LinePlot.Point> learned = new ArrayList<>();
        long steps = (long) lab.choose(40, 320);
        try (Loop loop = texts.loop(model, text, steps, rate, List.of(), rng.split("training"))) {
            double[] sum = new double[1];
            loop.run((at, all, loss, batch, seconds) -> {
                sum[0] += loss.total();
                if (at % LOOK == 0) {
                    learned.add(new LinePlot.Point(at, sum[0] / LOOK));
                    sum[0] = 0;
                }
            });
        }
        return new Outcome(parameters, rate, step, texts.loss(model, text), learned);
    }
}
