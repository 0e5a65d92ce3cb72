package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Zhu and Gupta 2017: a large sparse network beats a small dense one of the same size. */
final class LargeSparse implements Study {

    private static final int LARGE = 512;
    private static final int INPUTS = 784;
    private static final int OUTPUTS = 10;
    /** Bytes of a live weight: its value and its column. */
    private static final double BYTES_LIVE = 6;
    private static final double BYTES_DENSE = 4;

    @Override
    public Claim claim() {
        return new Claim("large-sparse", "Zhu and Gupta 2017, To prune, or not to prune, arXiv:1710.01878",
                "Pruned gradually, a large network beats a small dense network of the same memory footprint.",
                "Two hidden layers of 512 pruned gradually to 80, 90 and 95 %, against small dense networks.",
                "bytes of the weights, index included, and epochs",
                "a small dense network as good as the large sparse one of its bytes", 10);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings large = Rivals.dense("mlp(hidden=" + LARGE + "-" + LARGE + ")", lab.choose(1, 10));
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("large dense", large);
        List<String> levels = lab.quick() ? List.of("90%") : List.of("80%", "90%", "95%");
        for (String sparsity : levels) {
            int width = width(1 - Integer.parseInt(sparsity.replace("%", "")) / 100.0);
            rivals.put("large sparse " + sparsity, large.with(large.model(), "gmp", sparsity));
            rivals.put("small dense for " + sparsity, large.with("mlp(hidden=" + width + "-" + width + ")", "dense", ""));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Point> sparse = new ArrayList<>();
        List<LinePlot.Point> small = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (String sparsity : levels) {
            Lab.Series s = found.get("large sparse " + sparsity);
            Lab.Series d = found.get("small dense for " + sparsity);
            double x = 100 - Integer.parseInt(sparsity.replace("%", ""));
            sparse.addFirst(new LinePlot.Point(x, s.mean()));
            small.addFirst(new LinePlot.Point(x, d.mean()));
            verdicts.add(Verdict.above("large at " + sparsity + " zeros beats small dense of equal bytes", 0, s.over(d)));
        }
        return new Findings(List.of(Rivals.table("Accuracy at equal bytes", found.values())),
                List.of(new LinePlot("Accuracy against size", "bytes, as a share of the large dense network, per cent times 1.5", "accuracy",
                        List.of(new LinePlot.Series("large sparse", sparse), new LinePlot.Series("small dense", small)),
                        List.of(new LinePlot.Level("large dense", found.get("large dense").mean())))), verdicts);
    }

    /** Hidden units of the dense network whose weights take as many bytes as the large one at a density. */
    private static int width(double density) {
        double bytes = density * BYTES_LIVE * ((double) INPUTS * LARGE + (double) LARGE * LARGE + (double) LARGE * OUTPUTS);
        int width = 1;
        while (BYTES_DENSE * ((double) (INPUTS + OUTPUTS) * (width + 1) + (double) (width + 1) * (width + 1)) <= bytes) {
            width++;
        }
        return width;
    }
}
