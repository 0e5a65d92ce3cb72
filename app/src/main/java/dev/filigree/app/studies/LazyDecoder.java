package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.io.data.TextData;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Loss;
import dev.filigree.train.NextToken;
import dev.filigree.train.Step;
import dev.filigree.train.loss.Objective;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Li et al. 2022, on a decoder: training makes inner units zero, the more so the wider it is, even where nothing can be foreseen. */
final class LazyDecoder implements Study {

    private static final int WIDE = 512;
    private static final double KEPT = 0.08; // of the inner units
    private static final String NARROW = "128 inner units";
    private static final String WIDEST = WIDE + " inner units";
    private static final String DEEP = "4 layers of 256";
    private static final String SHUFFLED = "shuffled characters";
    private static final String TOP = "top 8 % of " + WIDE;
    private static final int LOOKS = 4;

    /** Share of inner units other than zero before the first step and after each quarter, and quality at the end. */
    private record Seen(List<Double> active, InnerUnits.Seen end) {
    }

    /** Learns a text with the k largest inner units of each token alone; gradients flow through those. */
    private record TopStep(Objective objective, int k) implements Step {

        @Override
        public Loss run(Loop loop, Batch batch) {
            Map<Param, Integer> seconds = InnerUnits.sites(loop.model(), Role.FFN_OUT);
            Value y = loop.model().forward(new Passing(loop.tape()) {
                @Override
                public Value linear(Param weight, Param bias, Activation f, Value x) {
                    return super.linear(weight, bias, f, seconds.containsKey(weight) ? multiply(x, input(TopUnits.mask(sizes(x), k))) : x);
                }
            }, batch);
            Objective.Score[] score = new Objective.Score[1];
            loop.tape().seed(y, g -> score[0] = objective.score(loop.compute(), y, batch, g));
            loop.tape().backward();
            return new Loss(score[0].loss(), Map.of());
        }
    }

    @Override
    public Claim claim() {
        return new Claim("lazy-decoder", "Li et al. 2022, The Lazy Neuron Phenomenon, arXiv:2210.06313",
                "Training makes the inner units of a decoder behind a ReLU mostly zero, the more so the wider and deeper it is, even where nothing can be foreseen; keeping only the largest few of each token costs little.",
                "Llamas of two layers of 64 features with ReLU and 128 to " + WIDE + " inner units, one of four layers of 256, one trained on shuffled characters, and one of which the largest 8 % of the inner units stay for each token.",
                "steps",
                "a share of active units that does not fall in training, with width or with depth, or a loss with the largest few more than 0.02 nats higher", 5);
    }

    @Override
    public String data() {
        return "tinyshakespeare";
    }

    @Override
    public Findings run(Lab lab) {
        SmallDecoder d = SmallDecoder.of(lab, "cosine(floor=0.1)");
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        rivals.put(NARROW, seed -> train(d, d.model(64, 2, 128, "relu"), d.course().supervised(), 0, seed));
        rivals.put(WIDEST, seed -> train(d, d.model(64, 2, WIDE, "relu"), d.course().supervised(), 0, seed));
        rivals.put("2 layers of 256", seed -> train(d, d.model(64, 2, 256, "relu"), d.course().supervised(), 0, seed));
        rivals.put(DEEP, seed -> train(d, d.model(64, 4, 256, "relu"), d.course().supervised(), 0, seed));
        rivals.put(SHUFFLED, seed -> train(shuffled(d, seed), d.model(64, 2, WIDE, "relu"), d.course().supervised(), 0, seed));
        int k = (int) Math.round(KEPT * lab.choose(WIDE / 4, WIDE));
        rivals.put(TOP, seed -> train(d, d.model(64, 2, WIDE, "relu"), new TopStep(d.text().objective(0), k), k, seed));
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "loss %.4f, %.1f %% of units active", s.end.loss(), 100 * s.active.getLast()));
        Table t = new Table("Inner units other than zero, and quality", Column.text("decoder"), Column.percent("at first", 1), Column.percent("after a quarter", 1), Column.percent("at the end", 1),
                Column.percent("deviation", 1), Column.number("loss", 4), Column.number("deviation", 4));
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            Numbers loss = loss(all);
            t.row(name, at(all, 0).mean(), at(all, 1).mean(), at(all, LOOKS).mean(), at(all, LOOKS).spread(), loss.mean(), loss.spread());
            lines.add(new LinePlot.Series(name, IntStream.rangeClosed(0, LOOKS).mapToObj(i -> new LinePlot.Point(25 * i, 100 * at(all, i).mean())).toList()));
        });
        return new Findings(List.of(t), List.of(new LinePlot("Inner units other than zero", "per cent of the steps", "per cent", lines, List.of())), List.of(
                Verdict.above("training lowers the share", 0, at(found.get(WIDEST), 0).minus(at(found.get(WIDEST), LOOKS))),
                Verdict.above("where nothing can be foreseen too", 0, at(found.get(SHUFFLED), 0).minus(at(found.get(SHUFFLED), LOOKS))),
                Verdict.above("the widest has a smaller share than the narrowest", 0, at(found.get(NARROW), LOOKS).minus(at(found.get(WIDEST), LOOKS))),
                Verdict.above("4 layers have a smaller share than 2", 0, at(found.get("2 layers of 256"), LOOKS).minus(at(found.get(DEEP), LOOKS))),
                Verdict.above("the largest 8 % cost no more than 0.02 nats", -0.02, loss(found.get(WIDEST)).minus(loss(found.get(TOP))))));
    }

    /** @param k largest units that stay; 0 for all */
    private static Seen train(SmallDecoder d, String model, Step step, int k, long seed) {
        InnerUnits.Rule rule = k == 0 ? InnerUnits.Rule.NONE : (block, units) -> keep(units, k);
        List<Double> active = new ArrayList<>();
        Hook look = new Hook() {
            @Override
            public void beforeStep(Loop loop, long s) {
                if (s * LOOKS % loop.steps() < LOOKS) {
                    active.add(seen(loop).active());
                }
            }

            private InnerUnits.Seen seen(Loop loop) {
                return InnerUnits.judge(loop.compute(), loop.model(), d.text().objective(0), d.held().subList(0, 1), InnerUnits.Rule.NONE, rule);
            }
        };
        Network net = d.trained(model, step, (long) d.lab().choose(20, 400), List.of(look), seed);
        InnerUnits.Seen end = InnerUnits.judge(d.lab().compute(), net, d.text().objective(0), d.held(), InnerUnits.Rule.NONE, rule);
        active.add(end.active());
        return new Seen(active, end);
    }

    /** Characters as frequent as they are, in an order that says nothing. */
    private static SmallDecoder shuffled(SmallDecoder d, long seed) {
        Rng rng = new Rng(seed).split("shuffled");
        int[] ids = d.text().train().ids().clone();
        for (int i = ids.length - 1; i > 0; i--) {
            int j = rng.nextInt(i + 1);
            int swapped = ids[i];
            ids[i] = ids[j];
            ids[j] = swapped;
        }
        TextData train = new TextData(d.text().train().vocabulary(), ids);
        NextToken text = new NextToken("shuffled", train, d.text().test(), d.text().steps());
        Course c = d.course();
        return new SmallDecoder(d.lab(), text, new Course(c.compute(), text, c.batch(), c.optimizer(), c.rate(), c.rates(), c.clip()));
    }

    private static void keep(Value units, int k) {
        Value mask = TopUnits.mask(sizes(units), k);
        for (int i = 0; i < units.data().length(); i++) {
            units.data().set(i, units.data().get(i) * mask.data().get(i));
        }
    }

    /** What units are ranked by: their size, for behind a gate they may be negative. */
    private static Value sizes(Value units) {
        Value sizes = units.in(Floats.allocate(units.data().length()));
        for (int i = 0; i < units.data().length(); i++) {
            sizes.data().set(i, Math.abs(units.data().get(i)));
        }
        return sizes;
    }

    private static Numbers at(List<Seen> all, int look) {
        return Numbers.of(all, s -> s.active.get(look));
    }

    private static Numbers loss(List<Seen> all) {
        return Numbers.of(all, s -> s.end.loss());
    }
}
