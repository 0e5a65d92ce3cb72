package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.model.Branch;
import dev.filigree.model.Branched;
import dev.filigree.model.Model;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Loop;
import dev.filigree.train.NextToken;
import dev.filigree.train.Parts;
import dev.filigree.train.tuning.Tuning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Yang et al. 2024 and Ansell et al. 2022: tuning chosen weights against adding low-rank ones, and adding up what was tuned. */
final class SparseFinetuning implements Study {

    private static final String FULL = "everything";
    private static final String LORA = "LoRA";
    private static final String S2FT = "S2FT";
    private static final String LT_SFT = "LT-SFT";
    private static final double MARGIN = 0;

    /** What one way of tuning came to with one seed. */
    private record Outcome(double learned, double forgotten, double together, double apart, long count, long bytes, double seconds, long optimizer) {
    }

    /** One task: the model that was tuned, what its change is, and what a step took. */
    private record Tuned(Model model, Map<String, List<Branch>> change, Loop.Rehearsal step) {
    }

    @Override
    public Claim claim() {
        return new Claim("sparse-finetuning", "Yang et al. 2024, S2FT, arXiv:2412.06289; Ansell et al. 2022, Composable Sparse Fine-Tuning (LT-SFT), arXiv:2110.07560; "
                + "against LoRA, Hu et al. 2021, arXiv:2106.09685",
                "Trained with as few numbers, weights behind chosen heads and channels (S2FT), or those that full tuning moves most (LT-SFT), learn a new task better than LoRA and forget less "
                        + "than full tuning; sparse changes of two tasks can be added up with less harm than low-rank or dense ones.",
                "A decoder of 2 layers pretrained on one text; 5 % of the weights tuned for a second text and for a third, then both changes added to the same network.",
                "numbers trained (5 % of the weights) and steps; LT-SFT tunes everything once before, for as many steps",
                "S2FT or LT-SFT learn less of the new text than LoRA, forget more of the old one than full tuning, or lose more when two changes are added", 8);
    }

    @Override
    public String data() {
        return "wikitext-2";
    }

    @Override
    public Findings run(Lab lab) {
        Texts texts = Texts.of(lab, List.of(lab.preset(), "tinyshakespeare", "sst-2"), (int) lab.choose(32, 64), (int) lab.choose(32, 64));
        Map<Long, Network> pretrained = new HashMap<>();
        Map<String, Network> whole = new HashMap<>();
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        for (String name : List.of(FULL, LORA, S2FT, LT_SFT, "as many random weights")) {
            rivals.put(name, seed -> {
                Network base = pretrained.computeIfAbsent(seed, s -> {
                    Rng rng = new Rng(s).split("pretraining");
                    return texts.train(texts.born(rng.split("birth")), texts.all().getFirst(), (long) lab.choose(40, 600), 3e-3, rng);
                });
                return outcome(lab, texts, base, name, seed, whole);
            });
        }
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "%.4f nats, %.4f forgotten, both added %.4f", o.learned, o.forgotten, o.together));
        return new Findings(List.of(table(found)), List.of(plot(found)), verdicts(found));
    }

    private static Outcome outcome(Lab lab, Texts texts, Network base, String name, long seed, Map<String, Network> whole) {
        NextToken old = texts.all().getFirst();
        double before = texts.loss(base, old);
        List<Tuned> tuned = new ArrayList<>();
        double apart = 0;
        for (NextToken task : texts.all().subList(1, texts.all().size())) {
            tuned.add(tuned(lab, texts, base, name, task, seed, whole));
            apart += texts.loss(tuned.getLast().model, task) / (texts.all().size() - 1);
        }
        Model both = name.equals(FULL) ? texts.sum(base, tuned.stream().map(t -> (Network) t.model).toList())
                : new Branched(base, Branched.Rest.FROZEN, added(tuned));
        double together = texts.all().stream().skip(1).mapToDouble(t -> texts.loss(both, t)).average().orElseThrow();
        Tuned first = tuned.getFirst();
        List<Branch> branches = first.change.values().stream().flatMap(List::stream).toList();
        long all = base.params().stream().mapToLong(p -> p.forward().positions()).sum();
        return new Outcome(texts.loss(first.model, texts.all().get(1)), texts.loss(first.model, old) - before, together, apart,
                name.equals(FULL) ? all : count(first.change),
                name.equals(FULL) ? Float.BYTES * all : branches.stream().mapToLong(Branch::bytes).sum(), first.step.seconds(), first.step.memory().optimizer());
    }

    private static Tuned tuned(Lab lab, Texts texts, Network base, String name, NextToken task, long seed, Map<String, Network> whole) {
        long steps = (long) lab.choose(20, 150);
        Rng rng = new Rng(seed).split(task.name());
        if (name.equals(FULL)) {
            Network net = whole.computeIfAbsent(task.name() + seed, k -> texts.train(texts.copy(base), task, steps, rate(FULL), rng));
            return new Tuned(net, Map.of(), texts.rehearsal(texts.copy(base), task, lab.choose(0.01, 0.3)));
        }
        Tuning.Start start = new Tuning.Start(lab.compute(), base, () -> whole.get(task.name() + seed), rng.split("change"));
        Map<String, List<Branch>> lowRank = Parts.TUNINGS.make("lora(share=" + lab.choose(0.1, 0.05) + ")").begin(start);
        double share = count(lowRank) / (double) base.positions(); // what whole ranks come to
        Map<String, List<Branch>> change = switch (name) {
            case LORA -> lowRank;
            case S2FT -> Parts.TUNINGS.make("s2ft(share=" + share + ",head=" + texts.shape().width() / texts.shape().heads() + ")").begin(start);
            case LT_SFT -> Parts.TUNINGS.make("lt-sft(share=" + share + ")").begin(start);
            default -> Parts.TUNINGS.make("lt-sft(choice=random,share=" + share + ")").begin(start);
        };
        Branched model = new Branched(base, Branched.Rest.FROZEN, change);
        Loop.Rehearsal step = texts.rehearsal(model, task, lab.choose(0.01, 0.3));
        return new Tuned(texts.train(model, task, steps, rate(name), rng), change, step);
    }

    private static long count(Map<String, List<Branch>> change) {
        return change.values().stream().flatMap(List::stream).mapToLong(Branch::count).sum();
    }

    /** Small changes want longer steps than a whole network; in short trials on made-up text the same rate suited all of them. */
    private static double rate(String name) {
        return name.equals(FULL) ? 3e-3 : 1e-2;
    }

    private static Map<String, List<Branch>> added(List<Tuned> tuned) {
        Map<String, List<Branch>> all = new LinkedHashMap<>();
        tuned.forEach(t -> t.change.forEach((site, branches) -> all.merge(site, branches, (a, b) -> Stream.concat(a.stream(), b.stream()).toList())));
        return all;
    }

    private static Table table(Map<String, List<Outcome>> found) {
        Table t = new Table("Tuned for another text", Column.text("what is trained"), Column.count("numbers"), Column.number("loss on the new text", 4), Column.number("deviation", 4),
                Column.number("forgotten of the old", 4), Column.number("two texts, one change each", 4), Column.number("both changes added", 4), Column.bytes("kept of the change"),
                Column.bytes("optimizer"), Column.number("step, ms", 1));
        found.forEach((name, all) -> t.row(name, all.getFirst().count, of(all, Outcome::learned).mean(), of(all, Outcome::learned).spread(), of(all, Outcome::forgotten).mean(),
                of(all, Outcome::apart).mean(), of(all, Outcome::together).mean(), all.getFirst().bytes, all.getFirst().optimizer, 1e3 * of(all, Outcome::seconds).mean()));
        return t;
    }

    private static LinePlot plot(Map<String, List<Outcome>> found) {
        return new LinePlot("What is learned and what is forgotten", "loss on the new text, nats", "forgotten of the old, nats", found.entrySet().stream()
                .map(e -> new LinePlot.Series(e.getKey(), List.of(new LinePlot.Point(of(e.getValue(), Outcome::learned).mean(), of(e.getValue(), Outcome::forgotten).mean())))).toList(), List.of());
    }

    private static List<Verdict> verdicts(Map<String, List<Outcome>> found) {
        List<Verdict> verdicts = new ArrayList<>();
        for (String name : List.of(S2FT, LT_SFT)) {
            verdicts.add(less(found, name + " learns the new text better than LoRA", LORA, name, Outcome::learned));
            verdicts.add(less(found, name + " forgets less than full tuning", FULL, name, Outcome::forgotten));
            verdicts.add(less(found, name + " forgets less than LoRA", LORA, name, Outcome::forgotten));
        }
        verdicts.add(less(found, "weights that full tuning moves most learn better than random ones", "as many random weights", LT_SFT, Outcome::learned));
        verdicts.add(less(found, "two changes of LT-SFT added lose less than two of LoRA", LORA, LT_SFT, o -> o.together - o.apart));
        verdicts.add(less(found, "two changes of LT-SFT added lose less than two dense ones", FULL, LT_SFT, o -> o.together - o.apart));
        return verdicts;
    }

    private static Verdict less(Map<String, List<Outcome>> found, String says, String than, String name, ToDoubleFunction<Outcome> what) {
        return Verdict.above(says, MARGIN, of(found.get(than), what).minus(of(found.get(name), what)));
    }

    private static Numbers of(List<Outcome> all, ToDoubleFunction<Outcome> what) {
        return Numbers.of(all, what);
    }
}
