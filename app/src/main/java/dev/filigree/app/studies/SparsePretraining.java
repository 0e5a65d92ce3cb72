package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Freed;
import dev.filigree.train.NextToken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Thangarasa et al. 2023: pretrained sparse and fine-tuned dense, a network is as good as one that was dense throughout. */
final class SparsePretraining implements Study {

    /** Nats that would be a difference to speak of: one per cent of a loss of 2. */
    private static final double GAP = 0.02;

    /** A way: the share of zeros while it is pretrained, and whether they live afterwards. */
    private record Way(double sparsity, boolean freed) {

        String name() {
            return sparsity == 0 ? "dense, dense" : String.format(Locale.ROOT, "%.0f %% zeros, %s", 100 * sparsity, freed ? "dense" : "the same zeros");
        }
    }

    /** What came out. */
    private record Outcome(double before, double after, double operations, double share, double seconds) {
    }

    /** A network that was pretrained, and seconds of a step of that. */
    private record Begun(Network network, double seconds) {
    }

    @Override
    public Claim claim() {
        return new Claim("spdf", "Thangarasa et al. 2023, SPDF: Sparse Pre-training and Dense Fine-tuning for Large Language Models, arXiv:2303.10464",
                "A language model that is pretrained with half or three quarters of its weights at zero and then fine-tuned with all of them is as good at the new task as one that was dense throughout, "
                        + "at a fraction of the operations of pretraining.",
                "A decoder of 2 layers pretrained on one text, dense or with 50 or 75 % zeros at random positions, and fine-tuned for another text, dense or with the same zeros.",
                "steps of pretraining and of fine-tuning; operations of pretraining are counted",
                "a gap of more than 0.02 nats to the network that was dense throughout, or dense fine-tuning no better than sparse", 6);
    }

    @Override
    public String data() {
        return "wikitext-2";
    }

    @Override
    public Findings run(Lab lab) {
        Texts texts = Texts.of(lab, List.of(lab.preset(), "tinyshakespeare"), (int) lab.choose(32, 64), (int) lab.choose(32, 64));
        List<Way> ways = Stream.of(new Way(0, true), new Way(0.5, true), new Way(0.5, false), new Way(0.75, true), new Way(0.75, false)).toList();
        Map<String, Begun> pretrained = new HashMap<>();
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        ways.forEach(w -> rivals.put(w.name(), seed -> outcome(lab, texts, w, seed, pretrained)));
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "%.4f nats, after fine-tuning %.4f", o.before, o.after));

        Table table = new Table("Loss before and after fine-tuning", Column.text("pretrained, fine-tuned"), Column.number("pretraining, 1e9 operations", 1),
                Column.percent("of dense", 1), Column.percent("of dense, layers alone", 1), Column.number("step of pretraining, ms", 1), Column.number("loss on the old text", 4),
                Column.number("loss on the new text", 4), Column.number("deviation", 4));
        double dense = found.get(ways.getFirst().name()).getFirst().operations;
        found.forEach((name, all) -> table.row(name, all.getFirst().operations / 1e9, all.getFirst().operations / dense, all.getFirst().share, 1e3 * of(all, Outcome::seconds).mean(),
                of(all, Outcome::before).mean(), of(all, Outcome::after).mean(), of(all, Outcome::after).spread()));
        List<LinePlot.Series> lines = new ArrayList<>();
        for (boolean freed : new boolean[] {true, false}) {
            lines.add(new LinePlot.Series(freed ? "fine-tuned dense" : "fine-tuned with the same zeros", ways.stream().filter(w -> w.freed == freed || w.sparsity == 0)
                    .map(w -> new LinePlot.Point(100 * w.sparsity, of(found.get(w.name()), Outcome::after).mean())).toList()));
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (double sparsity : new double[] {0.5, 0.75}) {
            Numbers free = of(found.get(new Way(sparsity, true).name()), Outcome::after);
            String level = String.format(Locale.ROOT, "%.0f %%", 100 * sparsity);
            verdicts.add(Verdict.within("pretrained at " + level + " and fine-tuned dense it is as good as dense throughout", GAP, free.minus(of(found.get(ways.getFirst().name()), Outcome::after))));
            verdicts.add(Verdict.above("pretrained at " + level + ", dense fine-tuning beats sparse", 0, of(found.get(new Way(sparsity, false).name()), Outcome::after).minus(free)));
        }
        return new Findings(List.of(table), List.of(new LinePlot("Loss on the new text", "zeros while it is pretrained, per cent", "nats", lines, List.of())), verdicts);
    }

    private static Outcome outcome(Lab lab, Texts texts, Way way, long seed, Map<String, Begun> pretrained) {
        NextToken old = texts.all().getFirst();
        NextToken task = texts.all().get(1);
        long steps = (long) lab.choose(40, 500);
        Begun begun = pretrained.computeIfAbsent(way.sparsity + " " + seed, k -> {
            Rng rng = new Rng(seed).split("pretraining");
            Network net = texts.born(way.sparsity, rng.split("birth"));
            double seconds = texts.rehearsal(net, old, lab.choose(0.01, 0.3)).seconds();
            return new Begun(texts.train(net, old, steps, 3e-3, rng), seconds);
        });
        double operations = steps * operations(texts, begun.network, old);
        double layers = layers(begun.network) / (double) begun.network.sites().stream().filter(s -> s.role() != Role.OUTPUT).mapToLong(Site::positions).sum();
        Network tuned = texts.copy(begun.network);
        if (way.freed) {
            Freed.all(tuned);
        }
        texts.train(tuned, task, (long) lab.choose(20, 200), 1e-3, new Rng(seed).split("fine-tuning"));
        return new Outcome(texts.loss(begun.network, old), texts.loss(tuned, task), operations, layers, begun.seconds);
    }

    private static long layers(Network net) {
        return net.sites().stream().filter(s -> s.role() != Role.OUTPUT).mapToLong(s -> net.param(s).forward().nonZeros()).sum();
    }

    /**
     * Operations of a step: two for each live weight and token forward, and twice that backward; and attention, in which a token meets
     * half of the window twice, in scores and in sums.
     */
    private static double operations(Texts texts, Network net, NextToken text) {
        double attention = 2.0 * texts.shape().layers() * text.steps() / 2 * texts.shape().width();
        return 3 * 2 * (net.live() + attention) * Texts.ROWS * text.steps();
    }

    private static Numbers of(List<Outcome> all, ToDoubleFunction<Outcome> what) {
        return Numbers.of(all, what);
    }
}
