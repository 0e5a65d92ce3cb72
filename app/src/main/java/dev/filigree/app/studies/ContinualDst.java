package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.continual.TaskMasks;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.regime.Dynamic;
import dev.filigree.prune.regime.Rewire;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.Supervised;
import dev.filigree.train.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Yildirim et al. 2023: how a sparse network for each task is found, in one set of weights. */
final class ContinualDst implements Study {

    private static final String MODEL = "mlp(hidden=200-200-200)";
    private static final List<Double> LEVELS = List.of(0.8, 0.95);
    private static final List<String> SPREADS = List.of("uniform", "erk");
    private static final List<String> GROWTHS = List.of("random", "gradient");
    private static final String ONE = "dense, one for all";
    private static final String MANY = "dense, one for each";

    @Override
    public Claim claim() {
        return new Claim("continual-dst", "Yildirim et al. 2023, Continual Learning with Dynamic Sparse Training, arXiv:2308.14831",
                "Where tasks share one set of weights and each finds its own positions by dynamic sparse training, positions are better spread by ERK at low sparsity and evenly at high, "
                        + "and how positions are born matters by how they are spread.",
                "Five tasks of two classes each, three hidden layers of 200; every task begins with random positions, 80 or 95 % zeros, keeps what earlier tasks learned as it is, and tells its own classes apart.",
                "epochs and live positions of a task",
                "even spread no worse than ERK at 80 %, or ERK no worse than even spread at 95 %", 5);
    }

    /** @param capacity share of all positions that some task ended with
     *  @param reused   share of the positions of the last task that earlier ones had learned */
    private record Seen(TaskSequence.Outcome outcome, double capacity, double reused) {
    }

    @Override
    public Findings run(Lab lab) {
        TaskSequence tasks = TaskSequence.of(lab, "continual-dst", lab.choose(0.3, 2), 128, 0.05);
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        rivals.put(ONE, seed -> dense(tasks, seed, false));
        rivals.put(MANY, seed -> dense(tasks, seed, true));
        for (double level : LEVELS) {
            for (String spread : SPREADS) {
                for (String growth : GROWTHS) {
                    rivals.put(name(level, spread, growth), seed -> sparse(tasks, seed, level, spread, growth));
                }
            }
        }
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * s.outcome.accuracy()));
        Table table = new Table("Mean over tasks", Column.text("rival"), Column.percent("at the end", 2), Column.percent("deviation", 2), Column.percent("backward transfer", 2),
                Column.percent("last task", 2), Column.percent("positions used", 1), Column.percent("shared by the last", 1));
        found.forEach((name, all) -> table.row(name, accuracy(found, name).mean(), accuracy(found, name).spread(), Numbers.of(all, s -> s.outcome.backwardTransfer()).mean(),
                Numbers.of(all, s -> s.outcome.atEnd()[TaskSequence.TASKS - 1]).mean(), Numbers.of(all, Seen::capacity).mean(), Numbers.of(all, Seen::reused).mean()));
        List<LinePlot.Series> lines = found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), IntStream.range(0, TaskSequence.TASKS)
                .mapToObj(t -> new LinePlot.Point(t + 1, Numbers.of(e.getValue(), s -> s.outcome.atEnd()[t]).mean())).toList())).toList();
        List<Verdict> verdicts = new ArrayList<>();
        for (String growth : GROWTHS) {
            verdicts.add(Verdict.above("ERK beats even spread at 80 %, born by " + growth, 0, difference(found, 0.8, "erk", "uniform", growth)));
            verdicts.add(Verdict.above("even spread beats ERK at 95 %, born by " + growth, 0, difference(found, 0.95, "uniform", "erk", growth)));
        }
        for (double level : LEVELS) {
            for (String spread : SPREADS) {
                verdicts.add(Verdict.above(String.format(Locale.ROOT, "birth by gradient beats birth at random at %.0f %%, %s", 100 * level, spread), 0,
                        accuracy(found, name(level, spread, "gradient")).minus(accuracy(found, name(level, spread, "random")))));
            }
        }
        verdicts.add(Verdict.above("the best of both at 80 % beats one dense network that forgets", 0, accuracy(found, name(0.8, "erk", "gradient")).minus(accuracy(found, ONE))));
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy of each task at the end", "task", "accuracy", lines, List.of())), verdicts);
    }

    private static String name(double level, String spread, String growth) {
        return String.format(Locale.ROOT, "%.0f %%, %s, %s", 100 * level, spread, growth);
    }

    private static Numbers accuracy(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), s -> s.outcome.accuracy());
    }

    private static Numbers difference(Map<String, List<Seen>> found, double level, String better, String worse, String growth) {
        return accuracy(found, name(level, better, growth)).minus(accuracy(found, name(level, worse, growth)));
    }

    private static Network network(TaskSequence tasks) {
        Task first = tasks.tasks().getFirst();
        return Parts.NETWORKS.make(MODEL).build(first.input(), first.outputs());
    }

    /** One sparse network for each task, all in one set of weights; the output layer is dense and each task's own. */
    private static Seen sparse(TaskSequence tasks, long seed, double sparsity, String spread, String growth) {
        TaskMasks masks = new TaskMasks();
        int count = tasks.tasks().size();
        TaskSequence.Outcome outcome = new TaskSequence.Outcome(new double[count], new double[count]);
        double reused = 0;
        for (int t = 0; t < count; t++) {
            Rng rng = new Rng(seed).split("task " + t);
            Network net = network(tasks);
            List<Site> sites = net.sites().stream().filter(s -> s.role() != Role.OUTPUT).toList();
            Map<Site, Long> births = new Dynamic(dev.filigree.prune.Parts.ALLOCATIONS.make(spread), Optional.empty()).births(sites, sparsity);
            Birth birth = new Birth(tasks.compute(), net, rng.split("birth"));
            for (Site s : net.sites()) {
                if (births.containsKey(s) && births.get(s) < s.positions()) {
                    birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), rng.split("positions of " + s.name())), Layout.CSR);
                } else {
                    birth.dense(s);
                }
            }
            Hook rewire = new Rewire(new Smallest(), dev.filigree.prune.Parts.GROWTHS.make(growth), new Churn.Times(20, 0.3, 0.75));
            Task task = tasks.tasks().get(t);
            tasks.train(net, task.training(tasks.batch(), net.form(), rng.split("order")), new Supervised(task.objective(0)), List.of(rewire, masks.hook()), rng.split("training"));
            outcome.learned()[t] = tasks.right(net, task);
            reused = masks.reused(net);
            masks.add(net);
        }
        Network shown = network(tasks);
        for (int t = 0; t < count; t++) {
            masks.show(t, shown);
            outcome.atEnd()[t] = tasks.right(shown, tasks.tasks().get(t));
        }
        List<Site> sites = shown.sites().stream().filter(s -> s.role() != Role.OUTPUT).toList();
        return new Seen(outcome, sites.stream().mapToLong(masks::learned).sum() / (double) sites.stream().mapToLong(Site::positions).sum(), reused);
    }

    /** A dense network for all tasks, or one for each. */
    private static Seen dense(TaskSequence tasks, long seed, boolean anew) {
        int count = tasks.tasks().size();
        TaskSequence.Outcome outcome = new TaskSequence.Outcome(new double[count], new double[count]);
        Network net = null;
        for (int t = 0; t < count; t++) {
            Rng rng = new Rng(seed).split("task " + t);
            if (net == null || anew) {
                net = network(tasks);
                Birth birth = new Birth(tasks.compute(), net, rng.split("birth"));
                net.sites().forEach(birth::dense);
            }
            Task task = tasks.tasks().get(t);
            tasks.train(net, task.training(tasks.batch(), net.form(), rng.split("order")), new Supervised(task.objective(0)), List.of(), rng.split("training"));
            outcome.learned()[t] = tasks.right(net, task);
            for (int earlier = anew ? t : 0; earlier <= t; earlier++) {
                outcome.atEnd()[earlier] = tasks.right(net, tasks.tasks().get(earlier));
            }
        }
        return new Seen(outcome, 1, anew ? 0 : 1);
    }
}
