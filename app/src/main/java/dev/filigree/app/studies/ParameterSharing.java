package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Batches;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Shared;
import dev.filigree.train.Supervised;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Desai and Shrivastava 2023: a network whose weights share a small array beats pruned and small ones of equal bytes. */
final class ParameterSharing implements Study {

    private static final List<Integer> HIDDEN = List.of(300, 100);
    /** A value and a column in 16 bits, as rows of entries hold them; where rows begin is not counted. */
    private static final int ENTRY = Float.BYTES + Short.BYTES;
    private static final String SHARING = "shared, mean of uses";

    /** A rival at one size: bytes of its prunable weights, and accuracy. */
    private record Outcome(long bytes, double accuracy) {
    }

    @Override
    public Claim claim() {
        return new Claim("parameter-sharing", "Desai and Shrivastava 2023, In defense of parameter sharing for model-compression, arXiv:2310.11611",
                "A network all of whose weights are views into one small array beats networks of equal bytes that were pruned at birth, and small dense ones, the more so the fewer bytes there are.",
                "LeNet-300-100 in a 10th and a 100th of its bytes: shared with the mean or the sum of the gradients of all uses, pruned at birth by magnitude, SNIP and SynFlow, "
                        + "pruned gradually, and a narrower dense network.",
                "bytes of the weights, with 2 for each position of a sparse one, and epochs",
                "no better than SNIP, SynFlow, or the small network at a 100th of the bytes", 10);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense("lenet-300-100", lab.choose(0.3, 1));
        Network whole = Parts.NETWORKS.make(dense.model()).build(lab.problem().input(), lab.problem().outputs());
        List<Integer> factors = lab.quick() ? List.of(30) : List.of(10, 100);
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        rivals.put("dense", seed -> new Outcome(Float.BYTES * whole.positions(), accuracy(lab, dense.withSeed(seed))));
        for (int factor : factors) {
            long bytes = Float.BYTES * whole.positions() / factor;
            String zeros = Double.toString(1 - bytes / (double) ENTRY / whole.positions());
            for (Shared.Pull pull : Shared.Pull.values()) {
                rivals.put(name("shared, " + pull.name().toLowerCase(Locale.ROOT) + " of uses", factor), seed -> shared(lab, dense, bytes, pull, seed));
            }
            Map<String, String> methods = new LinkedHashMap<>();
            methods.put("magnitude at birth", "at-birth(saliency=magnitude)");
            methods.put("SNIP", "snip");
            methods.put("SynFlow", lab.quick() ? "synflow(rounds=10)" : "synflow");
            methods.put("pruned gradually", "gmp(allocation=global)");
            methods.forEach((name, method) -> rivals.put(name(name, factor), seed -> {
                Trial.Result r = Trial.run(dense.with(dense.model(), method, zeros).withSeed(seed), lab.problem(), lab.compute());
                return new Outcome(ENTRY * r.live(), r.last().right());
            }));
            List<Integer> small = narrowed(lab, bytes);
            long held = Float.BYTES * weights(lab, small);
            TrainSettings narrow = dense.with("mlp(hidden=" + small.get(0) + "-" + small.get(1) + ")", "dense", "");
            rivals.put(name("small dense", factor), seed -> new Outcome(held, accuracy(lab, narrow.withSeed(seed))));
        }
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * o.accuracy));

        Table table = new Table("Accuracy at equal bytes", Column.text("rival"), Column.bytes("weights"), Column.percent("accuracy", 2), Column.percent("deviation", 2));
        found.forEach((name, all) -> table.row(name, all.getFirst().bytes, accuracy(all).mean(), accuracy(all).spread()));
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String rival : List.of(SHARING, "SNIP", "SynFlow", "pruned gradually", "small dense")) {
            lines.add(new LinePlot.Series(rival, factors.stream().map(f -> new LinePlot.Point(Math.log10(f), accuracy(found.get(name(rival, f))).mean())).toList()));
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (int factor : factors) {
            Numbers sharing = accuracy(found.get(name(SHARING, factor)));
            for (String rival : List.of("SNIP", "SynFlow", "small dense", "shared, sum of uses")) {
                verdicts.add(Verdict.above("sharing beats " + rival + " in a " + factor + "th of the bytes", 0, sharing.minus(accuracy(found.get(name(rival, factor))))));
            }
        }
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy at equal bytes", "how many times smaller, powers of ten", "accuracy", lines,
                List.of(new LinePlot.Level("dense", accuracy(found.get("dense")).mean())))), verdicts);
    }

    private static String name(String rival, int factor) {
        return rival + ", 1/" + factor;
    }

    private static double accuracy(Lab lab, TrainSettings settings) {
        return Trial.run(settings, lab.problem(), lab.compute()).last().right();
    }

    private static Numbers accuracy(List<Outcome> all) {
        return Numbers.of(all, Outcome::accuracy);
    }

    private static Outcome shared(Lab lab, TrainSettings like, long bytes, Shared.Pull pull, long seed) {
        Rng rng = new Rng(seed);
        Network net = Parts.NETWORKS.make(like.model()).build(lab.problem().input(), lab.problem().outputs());
        Shared model = new Shared(lab.compute(), net, (int) (bytes / Float.BYTES), 1, pull, rng.split("birth"));
        Batches batches = lab.problem().training(like.batch(), net.form(), rng.split("order"));
        long steps = Math.max(1, Math.round(like.epochs() * batches.count() / batches.size()));
        try (Loop loop = new Loop(lab.compute(), model, new Setup(new Supervised(lab.problem().objective(0)), batches, new Sgd(0.9, false, 2e-4), like.rate(), new Rates.Cosine(0, 0),
                like.clip(), steps, Layout.CSR, List.of(model.hook()), rng.split("training")))) {
            loop.run((step, all, loss, batch, seconds) -> { });
        }
        return new Outcome(model.memory().forward().bytes(), Evaluation.of(lab.compute(), net, lab.problem().objective(0), lab.problem().testing(like.batch(), net.form())).right());
    }

    /** The widest network whose hidden layers are narrower by one factor, the second not narrower than the outputs, and whose weights take no more bytes. */
    private static List<Integer> narrowed(Lab lab, long bytes) {
        int least = lab.problem().outputs();
        return IntStream.rangeClosed(1, HIDDEN.getFirst()).map(i -> HIDDEN.getFirst() + 1 - i).mapToObj(first -> List.of(first, Math.max(least, first * HIDDEN.get(1) / HIDDEN.getFirst())))
                .filter(w -> Float.BYTES * weights(lab, w) <= bytes).findFirst().orElse(List.of(1, least));
    }

    private static long weights(Lab lab, List<Integer> hidden) {
        return (long) lab.problem().input().size() * hidden.get(0) + (long) hidden.get(0) * hidden.get(1) + (long) hidden.get(1) * lab.problem().outputs();
    }
}
