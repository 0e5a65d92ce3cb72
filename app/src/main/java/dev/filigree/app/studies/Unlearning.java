package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Classification;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Lasso;
import dev.filigree.train.Loop;
import dev.filigree.train.Membership;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Objective;
import dev.filigree.train.loss.Weighted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Jia et al. 2023: what a sparse network was trained on is easier to unlearn than what a dense one was. */
final class Unlearning implements Study {

    private static final int BATCH = 128;
    private static final int FORGOTTEN_CLASS = 3;
    private static final List<String> SCENARIOS = List.of("a tenth", "a class");
    private static final String DENSE = "dense";

    @Override
    public Claim claim() {
        return new Claim("unlearning", "Jia et al. 2023, Model Sparsity Can Simplify Machine Unlearning, arXiv:2304.04934",
                "Some steps on what is kept forget the rest more nearly as training anew without it would when the network is sparse, and when a force towards zero that falls is added.",
                "LeNet-300-100 that knows its training images by heart; a random tenth or one class is unlearned by fine-tuning, with a falling l1 force, or by gradient ascent, "
                        + "from a dense network and from two of 95 % zeros: SynFlow before training, and one pruning by size in its middle.",
                "epochs of training and epochs of unlearning; each is compared with its own kind trained without the forgotten images, whose survivors were chosen without them too",
                "the gap of fine-tuning to training anew no smaller at 95 % zeros than dense, or no smaller with the force than without", 6);
    }

    /**
     * How a network stands to what it was to forget, to what it was to keep and to what it never saw.
     *
     * @param forgets  share of the forgotten images that it gets wrong
     * @param others   share of them that an attack takes for images it never saw
     * @param remains  accuracy on what was kept
     * @param tests    accuracy on test images, of the classes kept
     * @param seconds  that it took
     */
    private record Seen(double forgets, double others, double remains, double tests, double seconds) {

        double gap(Seen gold) {
            return (Math.abs(forgets - gold.forgets) + Math.abs(others - gold.others) + Math.abs(remains - gold.remains) + Math.abs(tests - gold.tests)) / 4;
        }
    }

    /** What is forgotten, what is kept, and what is never seen. */
    private record Split(Examples all, Examples forget, Examples keep, Examples test) {

        static Split of(String scenario, Examples all, Examples test, long seed) {
            if (scenario.equals(SCENARIOS.getLast())) {
                return new Split(all, all.ofClasses(c -> c == FORGOTTEN_CLASS), all.ofClasses(c -> c != FORGOTTEN_CLASS), test.ofClasses(c -> c != FORGOTTEN_CLASS));
            }
            int[] order = new Rng(seed).split("forgotten").permutation(all.count());
            int cut = all.count() / 10;
            return new Split(all, all.only(Arrays.copyOf(order, cut)), all.only(Arrays.copyOfRange(order, cut, order.length)), test);
        }

        Classification problem(Examples train) {
            return new Classification(new DataSet("unlearning", "a part", train, test));
        }
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification whole) || whole.outputs() <= FORGOTTEN_CLASS) {
            throw new UserError("study unlearning: found " + lab.problem().about() + ", expected labelled examples of four classes or more; choose another --data");
        }
        DataSet data = whole.data();
        Examples all = data.train().first((int) lab.choose(1000, 6000));
        Bench bench = new Bench(lab, all, data.test());
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        for (String scenario : SCENARIOS) {
            for (String kind : bench.kinds.keySet()) {
                String of = ", " + kind + ", " + scenario;
                rivals.put("anew" + of, seed -> bench.anew(scenario, kind, seed));
                rivals.put("fine-tuned" + of, seed -> bench.tuned(scenario, kind, seed, new CrossEntropy(0), List.of()));
                if (kind.equals(DENSE)) {
                    rivals.put("with l1" + of, seed -> bench.tuned(scenario, kind, seed, new CrossEntropy(0), List.of(new Lasso(3e-3, 1))));
                }
                rivals.put("ascent" + of, seed -> bench.ascent(scenario, kind, seed));
            }
        }
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "forgotten wrong %.1f %%, test %.2f %%", 100 * s.forgets, 100 * s.tests));
        List<Table> tables = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (String scenario : SCENARIOS) {
            tables.add(table(scenario, found));
            Numbers dense = gap(found, "fine-tuned", DENSE, scenario);
            for (String kind : bench.kinds.keySet()) {
                if (!kind.equals(DENSE)) {
                    verdicts.add(Verdict.above("fine-tuning leaves less of a gap with " + kind + " than dense, " + scenario, 0, dense.minus(gap(found, "fine-tuned", kind, scenario))));
                }
            }
            verdicts.add(Verdict.above("an l1 force leaves less of a gap than none, dense, " + scenario, 0, dense.minus(gap(found, "with l1", DENSE, scenario))));
        }
        List<LinePlot.Series> lines = SCENARIOS.stream().map(s -> new LinePlot.Series(s, found.keySet().stream().filter(n -> n.startsWith("fine-tuned") && n.endsWith(s))
                .map(n -> new LinePlot.Point(n.contains(DENSE) ? 0 : n.contains("SynFlow") ? 1 : 2, gap(found, n).mean())).toList())).toList();
        return new Findings(tables, List.of(new LinePlot("Gap of fine-tuning to training anew", "0 dense, 1 SynFlow, 2 by size", "gap", lines, List.of())), verdicts);
    }

    private static Table table(String scenario, Map<String, List<Seen>> found) {
        Table t = new Table("Unlearning " + scenario, Column.text("rival"), Column.percent("forgotten wrong", 2), Column.percent("taken for unseen", 2), Column.percent("kept right", 2),
                Column.percent("test right", 2), Column.percent("gap", 2), Column.percent("deviation", 2), Column.seconds("time"));
        found.forEach((name, all) -> {
            if (name.endsWith(scenario)) {
                t.row(name.substring(0, name.lastIndexOf(',')), Numbers.of(all, Seen::forgets).mean(), Numbers.of(all, Seen::others).mean(), Numbers.of(all, Seen::remains).mean(),
                        Numbers.of(all, Seen::tests).mean(), gap(found, name).mean(), gap(found, name).spread(), Numbers.of(all, Seen::seconds).mean());
            }
        });
        return t;
    }

    private static Numbers gap(Map<String, List<Seen>> found, String how, String kind, String scenario) {
        return gap(found, how + ", " + kind + ", " + scenario);
    }

    /** To its own kind, trained anew with the same seed. */
    private static Numbers gap(Map<String, List<Seen>> found, String name) {
        List<Seen> gold = found.get("anew" + name.substring(name.indexOf(',')));
        List<Seen> all = found.get(name);
        return new Numbers(IntStream.range(0, all.size()).mapToDouble(i -> all.get(i).gap(gold.get(i))).toArray());
    }

    /** Trains, unlearns and looks. */
    private static final class Bench {

        private final Lab lab;
        private final Examples all;
        private final Examples test;
        private final Map<String, TrainSettings> kinds = new LinkedHashMap<>();
        private final Map<String, Network> trained = new HashMap<>(); // on everything, by kind and seed

        Bench(Lab lab, Examples all, Examples test) {
            this.lab = lab;
            this.all = all;
            this.test = test;
            TrainSettings dense = Rivals.dense("lenet-300-100", lab.choose(6, 30));
            kinds.put(DENSE, dense);
            kinds.put("SynFlow", dense.with(dense.model(), lab.quick() ? "synflow(rounds=10)" : "synflow", "95%"));
            kinds.put("pruned by size", Rivals.dense("lenet-300-100", lab.choose(3, 15)).with(dense.model(), "gmp(allocation=global,times=1,until=0.5,rounds=2)", "95%"));
        }

        Seen anew(String scenario, String kind, long seed) {
            Split split = Split.of(scenario, all, test, seed);
            return seen(split, () -> new Relay(split.problem(split.keep), lab.compute()).first(kinds.get(kind).withSeed(seed)));
        }

        Seen tuned(String scenario, String kind, long seed, Objective objective, List<Hook> hooks) {
            Split split = Split.of(scenario, all, test, seed);
            Network from = before(kind, seed);
            return seen(split, () -> steps(from, split, split.keep, objective, lab.choose(1, 5), 0.02, hooks, seed));
        }

        Seen ascent(String scenario, String kind, long seed) {
            Split split = Split.of(scenario, all, test, seed);
            Network from = before(kind, seed);
            return seen(split, () -> steps(from, split, split.forget, new Weighted(-1, new CrossEntropy(0)), 5, 0.005, List.of(), seed));
        }

        private Network before(String kind, long seed) {
            Split split = new Split(all, all, all, test);
            return trained.computeIfAbsent(kind + seed, k -> new Relay(split.problem(all), lab.compute()).first(kinds.get(kind).withSeed(seed)));
        }

        /** A copy of a network after some epochs on some examples; dead positions stay dead. */
        private Network steps(Network from, Split split, Examples on, Objective objective, double epochs, double rate, List<Hook> hooks, long seed) {
            Classification problem = split.problem(on);
            Network net = Parts.NETWORKS.make("lenet-300-100").build(problem.input(), problem.outputs());
            net.params().forEach(p -> p.set(from.param(p.name()).forward())); // the loop makes copies
            Rng rng = new Rng(seed).split("unlearning");
            var batches = problem.training(BATCH, net.form(), rng.split("order"));
            long steps = Math.max(1, Math.round(epochs * Math.ceilDiv(batches.count(), batches.size())));
            try (Loop loop = new Loop(lab.compute(), net, new Setup(new Supervised(objective), batches, new Sgd(0.9, false, 2e-4), rate,
                    new Rates.Constant(0), 10, steps, Layout.CSR, hooks, rng.split("training")))) {
                loop.run((step, most, loss, batch, seconds) -> { });
            }
            return net;
        }

        private Seen seen(Split split, Supplier<Network> unlearner) {
            long start = System.nanoTime();
            Network net = unlearner.get();
            double seconds = (System.nanoTime() - start) * 1e-9;
            Membership attack = Membership.between(confidences(net, split.keep), confidences(net, split.test));
            return new Seen(1 - right(net, split.forget), attack.shareOfOthers(confidences(net, split.forget)), right(net, split.keep), right(net, split.test), seconds);
        }

        private double[] confidences(Network net, Examples of) {
            return Membership.confidences(lab.compute(), net, new Classification(new DataSet("", "", of, of)).testing(BATCH, net.form()));
        }

        private double right(Network net, Examples of) {
            Classification problem = new Classification(new DataSet("", "", of, of));
            return Evaluation.of(lab.compute(), net, problem.objective(0), problem.testing(BATCH, net.form())).right();
        }
    }
}
