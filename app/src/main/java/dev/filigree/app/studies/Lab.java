package dev.filigree.app.studies;

import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.kernel.Compute;
import dev.filigree.report.Progress;
import dev.filigree.train.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;

/** Where a study runs its rivals: every one with every seed, in turn. */
public final class Lab {

    private final Compute compute;
    private final Function<String, Problem> data;
    private final String preset;
    private final boolean quick;
    private final int seeds;
    private final long firstSeed;
    private final Progress progress;
    private final Map<String, Problem> opened = new LinkedHashMap<>();
    private final Map<String, String> others = new LinkedHashMap<>();

    /**
     * @param data   opens a data set by its name
     * @param preset the name of the one that this study is run on
     * @param quick  whether only the machinery is to be shown, in seconds
     */
    public Lab(Compute compute, Function<String, Problem> data, String preset, boolean quick, int seeds, long firstSeed, Progress progress) {
        this.compute = compute;
        this.data = data;
        this.preset = preset;
        this.quick = quick;
        this.seeds = seeds;
        this.firstSeed = firstSeed;
        this.progress = progress;
    }

    /** What one rival did, one trial for each seed. */
    public record Series(String name, List<Trial.Result> trials) {

        /** Accuracy at the end. */
        public Numbers accuracy() {
            return Numbers.of(trials, t -> t.last().right());
        }

        /** Expected calibration error at the end. */
        public Numbers calibrationError() {
            return Numbers.of(trials, t -> t.last().calibrationError());
        }

        public double mean() {
            return accuracy().mean();
        }

        /** How much better than another, by seed. */
        public Numbers over(Series other) {
            return accuracy().minus(other.accuracy());
        }
    }

    public boolean quick() {
        return quick;
    }

    public Compute compute() {
        return compute;
    }

    /** The name of the data set that this study is run on. */
    public String preset() {
        return preset;
    }

    /** The data set that this study is run on. */
    public Problem problem() {
        return problem(preset);
    }

    /** Another data set, by name. */
    public Problem problem(String name) {
        return opened.computeIfAbsent(name, data);
    }

    /** Notes data that this study read by itself. */
    public void uses(String name, String about) {
        others.put(name, about);
    }

    /** The data sets that were used, and what they are. */
    public Map<String, String> used() {
        Map<String, String> about = new LinkedHashMap<>(others);
        opened.forEach((name, problem) -> about.put(name, problem.about()));
        return about;
    }

    /** One of two numbers: for showing the machinery, or for finding out. */
    public double choose(double whenQuick, double whenFull) {
        return quick ? whenQuick : whenFull;
    }

    /** Seconds of a training step of every rival with every seed, each the median of those tried for so long. */
    public Map<String, Numbers> steps(Map<String, TrainSettings> rivals, double seconds) {
        Map<String, LongFunction<Double>> timed = new LinkedHashMap<>();
        rivals.forEach((name, s) -> timed.put(name, seed -> Trial.step(s.withSeed(seed), problem(), compute, seconds)));
        Map<String, Numbers> steps = new LinkedHashMap<>();
        each(timed, t -> String.format(Locale.ROOT, "%.2f ms a step", 1e3 * t)).forEach((name, all) -> steps.put(name, Numbers.of(all, t -> t)));
        return steps;
    }

    /** Trains every rival with every seed. */
    public Map<String, Series> run(Map<String, TrainSettings> rivals) {
        Problem problem = problem();
        Map<String, LongFunction<Trial.Result>> trials = new LinkedHashMap<>();
        rivals.forEach((name, settings) -> trials.put(name, seed -> Trial.run(settings.withSeed(seed), problem, compute)));
        Map<String, Series> series = new LinkedHashMap<>();
        each(trials, r -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * r.last().right())).forEach((name, all) -> series.put(name, new Series(name, all)));
        return series;
    }

    /**
     * Does something for every rival with every seed, all rivals of a seed before the next seed.
     *
     * @param rivals what each does with a seed
     * @param note   what to say of a result while others are awaited
     */
    public <R> Map<String, List<R>> each(Map<String, LongFunction<R>> rivals, Function<R, String> note) {
        Map<String, List<R>> results = new LinkedHashMap<>();
        rivals.keySet().forEach(name -> results.put(name, new ArrayList<>()));
        try (Progress.Stage stage = progress.stage("run", (long) rivals.size() * seeds)) {
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                for (Map.Entry<String, LongFunction<R>> rival : rivals.entrySet()) {
                    R r = rival.getValue().apply(seed);
                    results.get(rival.getKey()).add(r);
                    stage.add(1);
                    stage.note(rival.getKey() + ", seed " + seed + ": " + note.apply(r));
                }
            }
        }
        return results;
    }
}
