package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.continual.GradientMask;
import dev.filigree.prune.continual.Importance;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.growth.GradientGrowth;
import dev.filigree.prune.growth.RandomGrowth;
import dev.filigree.prune.regime.Regime;
import dev.filigree.prune.regime.Rewire;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.Birth;
import dev.filigree.train.HardExamples;
import dev.filigree.train.Hook;
import dev.filigree.train.Rehearsal;
import dev.filigree.train.Reservoir;
import dev.filigree.train.Task;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Wang et al. 2022: replay with sparse weights, fewer examples and sparse updates. */
final class SparseContinual implements Study {

    private static final String MODEL = "mlp(hidden=200-200)";
    private static final int BUFFER = 200;
    private static final double FOLLOW = 0.2;
    private static final double REMOVED = 0.3;
    private static final Churn CHURN = new Churn.Times(20, 0.3, 0.75);

    /**
     * How the tasks are learned.
     *
     * @param answers weight of what was said of old examples, 0 for plain replay
     * @param how     positions are found: dense, static, snip, rigl or sparcl
     * @param masked  whether only some weights follow their gradients
     * @param cut     whether easy examples are left out
     */
    private record Way(double answers, String how, double sparsity, boolean masked, boolean cut) {
    }

    /**
     * @param told       where it is said which task an example belongs to
     * @param operations multiply-adds of training, counted
     */
    private record Seen(TaskSequence.Outcome outcome, double told, double operations, double seconds) {
    }

    @Override
    public Claim claim() {
        return new Claim("sparcl", "Wang et al. 2022, SparCL, arXiv:2209.09476; Buzzega et al. 2020, DER++, arXiv:2004.07211; Chaudhry et al. 2019, arXiv:1902.10486",
                "Replay with 75 to 90 % zeros chosen by weights and by gradients of new and old examples, fewer examples and few weights updated forgets no more than dense replay, "
                        + "at a fraction of its training operations, and beats SNIP and RigL inside replay.",
                "Five tasks of two classes each that are told apart from all ten, two hidden layers of 200, a buffer of 200 examples; operations are counted, for gradients that are "
                        + "not followed are computed all the same here.",
                "epochs (after the first, those that leave out easy examples are shorter) and live weights among the sparse",
                "SparCL below dense replay by more than a point at 75 %, or no better than RigL or SNIP inside replay at 90 %", 6);
    }

    @Override
    public Findings run(Lab lab) {
        TaskSequence tasks = TaskSequence.of(lab, "sparcl", lab.choose(0.5, 2), 64, 0.03);
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("dense", new Way(0, "dense", 0, false, false));
        ways.put("dense, DER++", new Way(0.5, "dense", 0, false, false));
        ways.put("SNIP 90 %", new Way(0, "snip", 0.9, false, false));
        ways.put("RigL 90 %", new Way(0, "rigl", 0.9, false, false));
        ways.put("positions of SparCL alone, 90 %", new Way(0, "sparcl", 0.9, false, false));
        ways.put("SparCL 75 %", new Way(0, "sparcl", 0.75, true, true));
        ways.put("SparCL 90 %", new Way(0, "sparcl", 0.9, true, true));
        ways.put("SparCL 90 %, DER++", new Way(0.5, "sparcl", 0.9, true, true));
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        ways.forEach((name, way) -> rivals.put(name, seed -> learn(tasks, way, seed)));
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * s.outcome.accuracy()));
        double most = operations(found, "dense").mean();
        Table table = new Table("Accuracy over all tasks at the end", Column.text("rival"), Column.percent("among ten classes", 2), Column.percent("deviation", 2),
                Column.percent("backward transfer", 2), Column.percent("among its two", 2), Column.number("operations, 1e9", 1), Column.percent("of dense", 1), Column.seconds("time"));
        found.forEach((name, all) -> table.row(name, accuracy(found, name).mean(), accuracy(found, name).spread(), Numbers.of(all, s -> s.outcome.backwardTransfer()).mean(),
                Numbers.of(all, Seen::told).mean(), operations(found, name).mean() * 1e-9, operations(found, name).mean() / most, Numbers.of(all, Seen::seconds).mean()));
        List<LinePlot.Series> lines = found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), IntStream.range(0, TaskSequence.TASKS)
                .mapToObj(t -> new LinePlot.Point(t + 1, Numbers.of(e.getValue(), s -> s.outcome.atEnd()[t]).mean())).toList())).toList();
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy of each task at the end", "task", "accuracy", lines, List.of())),
                List.of(Verdict.above("SparCL at 75 % is at most a point below dense replay", -0.01, over(found, "SparCL 75 %", "dense")),
                        Verdict.above("SparCL at 90 % is at most a point below dense replay", -0.01, over(found, "SparCL 90 %", "dense")),
                        Verdict.above("SparCL at 90 % beats RigL inside replay", 0, over(found, "SparCL 90 %", "RigL 90 %")),
                        Verdict.above("SparCL at 90 % beats SNIP inside replay", 0, over(found, "SparCL 90 %", "SNIP 90 %")),
                        Verdict.above("positions of SparCL alone beat those of RigL at 90 %", 0, over(found, "positions of SparCL alone, 90 %", "RigL 90 %")),
                        Verdict.above("with DER++ SparCL at 90 % is at most a point below dense", -0.01, over(found, "SparCL 90 %, DER++", "dense, DER++"))));
    }

    private static Numbers accuracy(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), s -> s.outcome.accuracy());
    }

    private static Numbers operations(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), Seen::operations);
    }

    private static Numbers over(Map<String, List<Seen>> found, String better, String worse) {
        return accuracy(found, better).minus(accuracy(found, worse));
    }

    private static Seen learn(TaskSequence tasks, Way way, long seed) {
        long start = System.nanoTime();
        Task first = tasks.tasks().getFirst();
        Rng root = new Rng(seed);
        Network net = Parts.NETWORKS.make(MODEL).build(first.input(), first.outputs());
        List<Site> sites = net.sites().stream().filter(s -> s.role() != Role.OUTPUT).toList();
        Regime born = dev.filigree.prune.Parts.REGIMES.make(way.how.equals("dense") || way.how.equals("snip") ? way.how : "static");
        Map<Site, Long> births = born.births(sites, way.sparsity);
        Birth birth = new Birth(tasks.compute(), net, root.split("birth"));
        for (Site s : net.sites()) {
            if (births.getOrDefault(s, s.positions()) < s.positions()) {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), root.split("positions of " + s.name())), Layout.CSR);
            } else {
                birth.dense(s);
            }
        }
        Reservoir buffer = new Reservoir(BUFFER, first.input().size(), first.outputs());
        int count = tasks.tasks().size();
        TaskSequence.Outcome outcome = new TaskSequence.Outcome(new double[count], new double[count]);
        double[] operations = new double[1];
        double told = 0;
        for (int t = 0; t < count; t++) {
            Task task = tasks.tasks().get(t);
            Rng rng = root.split("task " + t);
            HardExamples examples = new HardExamples(task.examples().data().train(), tasks.batch(), net.form(), 1, way.cut ? REMOVED : 0, rng.split("order"));
            Rehearsal rehearsal = new Rehearsal(new CrossEntropy(0), buffer, 1, way.answers, examples);
            Importance importance = new Importance(rehearsal, 0.5, 0.5);
            List<Hook> hooks = new ArrayList<>();
            if (t == 0) {
                hooks.addAll(born.hooks(sites, way.sparsity));
            }
            if (way.masked) {
                hooks.add(new GradientMask(sites, FOLLOW, 30, importance));
            }
            if (way.how.equals("rigl")) {
                hooks.add(new Rewire(new Smallest(), new GradientGrowth(), CHURN));
            } else if (way.how.equals("sparcl")) {
                hooks.add(new Rewire(new Smallest(), new RandomGrowth(), CHURN, importance));
            }
            hooks.add(rehearsal);
            tasks.train(net, examples, rehearsal, hooks, examples.steps(tasks.epochs()), rng.split("training"),
                    (step, steps, loss, batch, seconds) -> operations[0] += rehearsal.passes() * (double) batch.size() * net.live() * (2 + (way.masked ? FOLLOW : 1)));
            outcome.learned()[t] = tasks.right(net, task.examples());
        }
        for (int t = 0; t < count; t++) {
            outcome.atEnd()[t] = tasks.right(net, tasks.tasks().get(t).examples());
            told += tasks.right(net, tasks.tasks().get(t)) / count;
        }
        return new Seen(outcome, told, operations[0], (System.nanoTime() - start) * 1e-9);
    }
}
