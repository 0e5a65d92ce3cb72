package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.prune.continual.Units;
import dev.filigree.prune.features.Nearest;
import dev.filigree.prune.regime.Dynamic;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.Adam;
import dev.filigree.train.Batches;
import dev.filigree.train.Birth;
import dev.filigree.train.Classification;
import dev.filigree.train.HiddenReplay;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Rehearsal;
import dev.filigree.train.Reservoir;
import dev.filigree.train.Setup;
import dev.filigree.train.Step;
import dev.filigree.train.Supervised;
import dev.filigree.train.Task;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.SupervisedContrast;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Gurbuz et al. 2023: units that mature, and replay of what a hidden layer said. */
final class HiddenActivationReplay implements Study {

    private static final int BATCH = 64;
    private static final double SPARSITY = 0.7;
    private static final int STORED = 50; // activations of each class
    private static final int ANCHORS = 25; // last activations of each class, which new ones are compared with
    private static final int RECENT = 2; // tasks that are replayed
    private static final int NEIGHBOURS = 5;
    private static final double FLOOR = 0.6;

    /** @param bytes of what is kept of examples */
    private record Seen(TaskSequence.Outcome outcome, long bytes, double seconds) {
    }

    @Override
    public Claim claim() {
        return new Claim("sharp", "Gurbuz et al. 2023, SHARP, arXiv:2305.18563",
                "Units that carry the classes learned are isolated and frozen, and stored hidden activations of recent classes alone are replayed: so a sparse network forgets less than one that replays as "
                        + "many bytes of images of all classes.",
                "Five tasks of two classes each that are told apart from all ten, two hidden layers of 200, 70 % zeros; replay of images in a dense network of the same size, and no replay.",
                "epochs, and bytes of what is kept of examples between the two that replay",
                "SHARP no better than replay of as many bytes of images, or replay of activations no better than none in the same network", 6);
    }

    @Override
    public Findings run(Lab lab) {
        TaskSequence tasks = TaskSequence.of(lab, "sharp", lab.choose(0.25, 0.5), BATCH, 1e-3);
        int phases = lab.quick() ? 2 : 5;
        int units = lab.quick() ? 100 : 200;
        long bytes = kept(units, true);
        Map<String, LongFunction<Seen>> rivals = new LinkedHashMap<>();
        rivals.put("no replay, dense", seed -> dense(tasks, phases, units, 0, seed));
        rivals.put("images, dense", seed -> dense(tasks, phases, units, bytes, seed));
        rivals.put("SHARP without replay", seed -> sharp(tasks, phases, units, false, seed));
        rivals.put("SHARP", seed -> sharp(tasks, phases, units, true, seed));
        Map<String, List<Seen>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * s.outcome.accuracy()));
        Table table = new Table("Accuracy among ten classes over all tasks at the end", Column.text("rival"), Column.percent("accuracy", 2), Column.percent("deviation", 2),
                Column.percent("backward transfer", 2), Column.bytes("kept of examples"), Column.seconds("time"));
        found.forEach((name, all) -> table.row(name, accuracy(found, name).mean(), accuracy(found, name).spread(), Numbers.of(all, s -> s.outcome.backwardTransfer()).mean(), all.getFirst().bytes,
                Numbers.of(all, Seen::seconds).mean()));
        List<LinePlot.Series> lines = found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), IntStream.range(0, TaskSequence.TASKS)
                .mapToObj(t -> new LinePlot.Point(t + 1, Numbers.of(e.getValue(), s -> s.outcome.atEnd()[t]).mean())).toList())).toList();
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy of each task at the end", "task", "accuracy", lines, List.of())),
                List.of(Verdict.above("SHARP beats replay of as many bytes of images", 0, accuracy(found, "SHARP").minus(accuracy(found, "images, dense"))),
                        Verdict.above("SHARP beats no replay in a dense network", 0, accuracy(found, "SHARP").minus(accuracy(found, "no replay, dense"))),
                        Verdict.above("replay of activations helps SHARP", 0, accuracy(found, "SHARP").minus(accuracy(found, "SHARP without replay"))),
                        Verdict.above("SHARP forgets less than replay of images", 0, backward(found, "SHARP").minus(backward(found, "images, dense")))));
    }

    private static Numbers accuracy(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), s -> s.outcome.accuracy());
    }

    private static Numbers backward(Map<String, List<Seen>> found, String name) {
        return Numbers.of(found.get(name), s -> s.outcome.backwardTransfer());
    }

    private static long kept(int units, boolean replay) {
        return (long) Float.BYTES * units * (ANCHORS * 2 * TaskSequence.TASKS + (replay ? STORED * 2 * RECENT : 0));
    }

    private static Mlp network(TaskSequence tasks, int units) {
        Task first = tasks.tasks().getFirst();
        return new Mlp(List.of(first.input().size(), units, units, first.outputs()), Activation.RELU);
    }

    private static void train(TaskSequence tasks, Mlp net, Batches batches, Step step, List<Hook> hooks, long steps, Rng rng) {
        try (Loop loop = new Loop(tasks.compute(), net, new Setup(step, batches, new Adam(0.9, 0.999, 1e-8, 0), tasks.rate(), new Rates.Constant(0), 10, steps, Layout.CSR, hooks, rng))) {
            loop.run((s, all, loss, b, seconds) -> { });
        }
    }

    private static long steps(TaskSequence tasks, Task task) {
        return Math.max(1, Math.round(tasks.epochs() * task.examples().data().train().count() / BATCH));
    }

    /** One dense network for all tasks. */
    private static Seen dense(TaskSequence tasks, int phases, int units, long bytes, long seed) {
        long start = System.nanoTime();
        Rng root = new Rng(seed);
        Mlp net = network(tasks, units);
        Birth birth = new Birth(tasks.compute(), net, root.split("birth"));
        net.sites().forEach(birth::dense);
        int features = tasks.tasks().getFirst().input().size();
        int images = (int) (bytes / ((long) Float.BYTES * (features + 1)));
        Reservoir buffer = images == 0 ? null : new Reservoir(images, features, net.sites().getLast().rows());
        int count = tasks.tasks().size();
        TaskSequence.Outcome outcome = new TaskSequence.Outcome(new double[count], new double[count]);
        for (int t = 0; t < count; t++) {
            Task task = tasks.tasks().get(t);
            Rng rng = root.split("task " + t);
            Batches batches = task.examples().training(BATCH, net.form(), rng.split("order"));
            if (buffer == null) {
                train(tasks, net, batches, new Supervised(new CrossEntropy(0)), List.of(), phases * steps(tasks, task), rng);
            } else {
                Rehearsal rehearsal = new Rehearsal(new CrossEntropy(0), buffer, 1, 0, (b, y) -> { });
                train(tasks, net, batches, rehearsal, List.of(rehearsal), phases * steps(tasks, task), rng);
            }
            outcome.learned()[t] = tasks.right(net, task.examples());
        }
        for (int t = 0; t < count; t++) {
            outcome.atEnd()[t] = tasks.right(net, tasks.tasks().get(t).examples());
        }
        return new Seen(outcome, (long) images * (features + 1) * Float.BYTES, (System.nanoTime() - start) * 1e-9);
    }

    /** Units that mature task by task. */
    private static Seen sharp(TaskSequence tasks, int phases, int width, boolean replay, long seed) {
        long start = System.nanoTime();
        Rng root = new Rng(seed);
        Mlp net = network(tasks, width);
        List<Site> sites = net.sites().stream().filter(s -> s.role() != Role.OUTPUT).toList();
        Map<Site, Long> births = new Dynamic(dev.filigree.prune.Parts.ALLOCATIONS.make("uniform"), Optional.empty()).births(sites, SPARSITY);
        Birth birth = new Birth(tasks.compute(), net, root.split("birth"));
        births.forEach((s, n) -> birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(n), root.split("positions of " + s.name())), Layout.CSR));
        birth.dense(net.sites().getLast()); // takes no part
        Units units = new Units(sites);
        int count = tasks.tasks().size();
        TaskSequence.Outcome outcome = new TaskSequence.Outcome(new double[count], new double[count]);
        Memory memory = new Memory(tasks, net, width);
        for (int t = 0; t < count; t++) {
            Task task = tasks.tasks().get(t);
            Examples examples = task.examples().data().train();
            Rng rng = root.split("task " + t);
            Batches batches = task.examples().training(BATCH, net.form(), rng.split("order"));
            for (int phase = 0; phase < phases; phase++) {
                double share = FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * phase / phases));
                Rng ofPhase = rng.split("phase " + phase);
                for (int l = 0; l < sites.size(); l++) {
                    units.select(l, memory.mean(examples, l), share);
                }
                units.isolate(net, ofPhase.split("positions"));
                Reservoir stored = replay ? memory.recent(t) : new Reservoir(1, width, 1);
                train(tasks, net, batches, new HiddenReplay(new SupervisedContrast(0.1), stored, 0), List.of(units.frozen()), steps(tasks, task), ofPhase);
            }
            units.promote();
            units.renew(tasks.compute(), net, rng.split("renew"));
            memory.keep(examples, units, t, rng.split("kept"));
            outcome.learned()[t] = memory.right(task.examples().data().test());
        }
        for (int t = 0; t < count; t++) {
            outcome.atEnd()[t] = memory.right(tasks.tasks().get(t).examples().data().test());
        }
        return new Seen(outcome, kept(width, replay), (System.nanoTime() - start) * 1e-9);
    }

    /** What is kept of examples: activations of the first hidden layer to replay, and of the last to compare with. */
    private static final class Memory {

        private final TaskSequence tasks;
        private final Mlp net;
        private final int width;
        private final List<float[][]> hidden = new ArrayList<>(); // by task
        private final List<int[]> labels = new ArrayList<>();
        private final List<float[]> anchors = new ArrayList<>();
        private final List<int[]> knownUnits = new ArrayList<>();
        private final List<Integer> classes = new ArrayList<>();

        Memory(TaskSequence tasks, Mlp net, int width) {
            this.tasks = tasks;
            this.net = net;
            this.width = width;
        }

        /** Mean activation of each unit of a layer. */
        float[] mean(Examples examples, int layer) {
            float[] mean = new float[width];
            for (float[] row : activations(examples.only(IntStream.range(0, Math.min(1000, examples.count())).toArray()), layer)) {
                for (int u = 0; u < width; u++) {
                    mean[u] += row[u];
                }
            }
            return mean;
        }

        void keep(Examples examples, Units units, int task, Rng rng) {
            int[] order = rng.permutation(examples.count());
            Map<Integer, Integer> taken = new LinkedHashMap<>();
            int[] some = IntStream.of(order).filter(i -> taken.merge(examples.label(i), 1, Integer::sum) <= STORED).toArray();
            Examples chosen = examples.only(some);
            hidden.add(only(activations(chosen, 0), units.in(0, Units.State.MATURE)));
            labels.add(IntStream.range(0, some.length).map(chosen::label).toArray());
            int[] mature = units.in(1, Units.State.MATURE);
            float[][] last = only(activations(chosen, 1), mature);
            taken.clear();
            for (int i = 0; i < some.length; i++) {
                if (taken.merge(chosen.label(i), 1, Integer::sum) <= ANCHORS) {
                    anchors.add(unit(last[i]));
                    knownUnits.add(mature);
                    classes.add(chosen.label(i));
                }
            }
            if (task >= RECENT) {
                hidden.set(task - RECENT, null);
            }
        }

        /** Activations of the tasks before a task that are still kept. */
        Reservoir recent(int task) {
            Reservoir all = new Reservoir(Math.max(1, 2 * STORED * RECENT), width, 1);
            Rng unused = new Rng(0); // it holds all that is offered
            for (int t = Math.max(0, task - RECENT); t < task; t++) {
                Value x = Form.FEATURES.allocate(hidden.get(t).length, width, 1, 1);
                for (int i = 0; i < hidden.get(t).length; i++) {
                    Form.FEATURES.write(hidden.get(t)[i], i, x);
                }
                Value nothing = Form.FEATURES.allocate(hidden.get(t).length, 1, 1, 1);
                all.offer(new Samples(x, labels.get(t)), nothing, unused);
            }
            return all;
        }

        /**
         * Share of examples whose nearest kept ones are mostly of their class: by the angle, over the units that were mature when each
         * was kept, for nothing is known of the others then.
         */
        double right(Examples examples) {
            float[][] asked = activations(examples, 1);
            boolean[] right = new boolean[asked.length];
            tasks.compute().parallel().run(asked.length, i -> right[i] = classOf(asked[i], examples.classes().size()) == examples.label(i));
            return IntStream.range(0, right.length).filter(i -> right[i]).count() / (double) right.length;
        }

        /** Of classes with as many of the nearest, the first. */
        private int classOf(float[] asked, int most) {
            Nearest near = new Nearest(NEIGHBOURS);
            for (int j = 0; j < anchors.size(); j++) {
                float[] anchor = anchors.get(j);
                int[] known = knownUnits.get(j);
                double dot = 0;
                double square = 0;
                for (int u : known) {
                    dot += asked[u] * anchor[u];
                    square += asked[u] * asked[u];
                }
                near.offer(j, square == 0 ? 2f : (float) (2 - 2 * dot / Math.sqrt(square)));
            }
            int[] votes = new int[most];
            int best = 0;
            for (int j : near.examples()) {
                int c = classes.get(j);
                best = ++votes[c] > votes[best] ? c : best;
            }
            return best;
        }

        /** {@code [examples] [units]} after a hidden layer. */
        private float[][] activations(Examples examples, int layer) {
            List<Batch> batches = new Classification(new DataSet("", "", examples, examples)).testing(BATCH, net.form());
            float[][] all = new float[examples.count()][];
            int at = 0;
            try (Eager eager = new Eager(tasks.compute())) {
                for (Batch batch : batches) {
                    Value x = net.enter(eager, batch);
                    for (int i = 0; i <= layer; i++) {
                        Value next = net.block(eager, i, x, batch);
                        eager.release(x);
                        x = next;
                    }
                    for (int i = 0; i < batch.size(); i++) {
                        all[at++] = x.token(i);
                    }
                    eager.release(x);
                }
            }
            return all;
        }

        private static float[][] only(float[][] rows, int[] units) {
            float[][] out = new float[rows.length][rows.length == 0 ? 0 : rows[0].length];
            for (int i = 0; i < rows.length; i++) {
                for (int u : units) {
                    out[i][u] = rows[i][u];
                }
            }
            return out;
        }

        private static float[] unit(float[] row) {
            double sum = 0;
            for (float v : row) {
                sum += v * v;
            }
            float[] out = row.clone();
            for (int u = 0; u < out.length && sum > 0; u++) {
                out[u] = (float) (out[u] / Math.sqrt(sum));
            }
            return out;
        }
    }
}
