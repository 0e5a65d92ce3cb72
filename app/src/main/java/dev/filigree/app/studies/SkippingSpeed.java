package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Gates;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Coded;
import dev.filigree.model.Llama;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Columns;
import dev.filigree.train.Birth;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What policies really give: tokens in a second of a decoder with random weights that no cache holds, decoding one token after another in alternating rounds. */
final class SkippingSpeed {

    /** 360 MB of weights. */
    private static final DecoderConfig LARGE = new DecoderConfig(512, 256, 1024, 2816, 8, 16, 4, 1e-5f, 10_000, false, true);
    private static final int ROUNDS = 7;
    private static final int TOKENS = 8;

    private SkippingSpeed() {
    }

    static Table table(Lab lab, List<String> policies) {
        int threads = lab.compute().parallel().threads();
        Llama plain = new Llama(LARGE);
        Birth birth = new Birth(lab.compute(), plain, new Rng(1));
        plain.sites().forEach(birth::dense);
        Llama columns = new Llama(LARGE);
        plain.params().forEach(p -> columns.param(p.name()).set(p.forward()));
        for (Site s : columns.sites()) {
            if (s.role() != Role.OUTPUT) {
                columns.param(s).set(Columns.pack(Arena.ofAuto(), plain.param(s).forward(), Coded.Type.F32, s.cols(), Columns.tile(s.rows(), threads)));
            }
        }
        Map<String, Decoding> rivals = new LinkedHashMap<>();
        try (LanguageModel dense = LanguageModel.of(plain, null, threads); LanguageModel skipping = LanguageModel.of(columns, null, threads)) {
            rivals.put("dense", dense.decoding(LARGE.context()));
            rivals.put("dense, by columns", skipping.decoding(LARGE.context()));
            Rng rng = new Rng(2);
            List<int[]> text = List.of(IntStream.generate(() -> rng.nextInt(LARGE.vocab())).limit(64).toArray());
            policies.forEach(p -> rivals.put(p, skipping.under(Gates.of(p, Calibration.of(skipping, text, n -> { }))).decoding(LARGE.context())));
            Map<String, double[]> speeds = new LinkedHashMap<>();
            rivals.keySet().forEach(name -> speeds.put(name, new double[ROUNDS]));
            for (int r = -1; r < ROUNDS; r++) { // the first warms
                for (Map.Entry<String, Decoding> e : rivals.entrySet()) {
                    long start = System.nanoTime();
                    for (int t = 0; t < TOKENS; t++) {
                        e.getValue().next(rng.nextInt(LARGE.vocab()));
                    }
                    if (r >= 0) {
                        speeds.get(e.getKey())[r] = TOKENS / ((System.nanoTime() - start) * 1e-9);
                    }
                }
            }
            Table table = new Table("Decoding with random weights of 360 MB, medians of " + ROUNDS + " rounds", Column.text("policy"), Column.percent("bytes saved", 1),
                    Column.number("tokens/s", 1), Column.number("over dense", 2));
            double whole = median(speeds.get("dense"));
            rivals.forEach((name, d) -> table.row(name, d.spent().map(s -> (Double) s.saved()).orElse(null), median(speeds.get(name)), median(speeds.get(name)) / whole));
            return table;
        } finally {
            rivals.values().forEach(Decoding::close);
        }
    }

    private static double median(double[] v) {
        double[] sorted = v.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
