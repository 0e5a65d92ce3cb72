package dev.filigree.app.studies;

import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.kernel.Compute;
import dev.filigree.report.Progress;
import dev.filigree.train.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where a study runs its rivals: every one with every seed, in turn. */
public final class Lab {

    private final Compute compute;
    private final Problem problem;
    private final boolean quick;
    private final int seeds;
    private final long firstSeed;
    private final Progress progress;

    /** @param quick whether only the machinery is to be shown, in seconds */
    public Lab(Compute compute, Problem problem, boolean quick, int seeds, long firstSeed, Progress progress) {
        this.compute = compute;
        this.problem = problem;
        this.quick = quick;
        this.seeds = seeds;
        this.firstSeed = firstSeed;
        this.progress = progress;
    }

    /** What one rival did, one trial for each seed. */
    public record Series(String name, List<Trial.Result> trials) {

        /** Accuracy at the end, by seed. */
        public double[] accuracy() {
            return trials.stream().mapToDouble(t -> t.last().right()).toArray();
        }

        public double mean() {
            return Arrays.stream(accuracy()).average().orElseThrow();
        }

        /** Standard deviation over seeds; NaN for one. */
        public double deviation() {
            double mean = mean();
            double[] a = accuracy();
            return a.length < 2 ? Double.NaN : Math.sqrt(Arrays.stream(a).map(v -> (v - mean) * (v - mean)).sum() / (a.length - 1));
        }

        /** How much better than another, by seed. */
        public double[] over(Series other) {
            double[] mine = accuracy();
            double[] theirs = other.accuracy();
            for (int i = 0; i < mine.length; i++) {
                mine[i] -= theirs[i];
            }
            return mine;
        }
    }

    public boolean quick() {
        return quick;
    }

    public Problem problem() {
        return problem;
    }

    /** One of two numbers: for showing the machinery, or for finding out. */
    public double choose(double whenQuick, double whenFull) {
        return quick ? whenQuick : whenFull;
    }

    /** Runs every rival with every seed. */
    public Map<String, Series> run(Map<String, TrainSettings> rivals) {
        Map<String, List<Trial.Result>> results = new LinkedHashMap<>();
        rivals.keySet().forEach(name -> results.put(name, new ArrayList<>()));
        try (Progress.Stage stage = progress.stage("train", (long) rivals.size() * seeds)) {
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                for (Map.Entry<String, TrainSettings> rival : rivals.entrySet()) {
                    Trial.Result r = Trial.run(rival.getValue().withSeed(seed), problem, compute);
                    results.get(rival.getKey()).add(r);
                    stage.add(1);
                    stage.note(String.format(Locale.ROOT, "%s, seed %d: accuracy %.2f %%", rival.getKey(), seed, 100 * r.last().right()));
                }
            }
        }
        Map<String, Series> series = new LinkedHashMap<>();
        results.forEach((name, trials) -> series.put(name, new Series(name, trials)));
        return series;
    }
}
