package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.report.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** A run for programs: every figure with its scores, every contestant with its rounds. */
public final class KernelJson {

    private KernelJson() {
    }

    public static String of(Outcome o) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("run", o.run());
        all.put("thread_counts", o.threadCounts());
        all.put("ceiling_flops_per_second", o.roof().flops());
        all.put("read_bytes_per_second", o.roof().reads());
        all.put("warnings", o.warnings());
        all.put("absent", o.absent());
        all.put("mismatches", o.mismatches());
        all.put("figures", o.figures().stream().map(KernelJson::figure).toList());
        all.put("cases", o.results().stream().map(KernelJson::result).toList());
        return Json.pretty(all);
    }

    private static Map<String, Object> figure(Figure f) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("family", f.family());
        all.put("figure", f.what());
        all.put("threads", f.threads());
        all.put("aim", f.aim());
        all.put("at_most", f.atMost());
        all.put("worst", f.worst().map(Figure.Score::value));
        all.put("worst_at", f.worst().map(Figure.Score::where));
        all.put("median", f.median());
        all.put("reached", f.scores().isEmpty() ? null : f.reached());
        all.put("bound", f.reached() || f.bound().isEmpty() ? null : f.bound());
        all.put("scores", f.scores());
        return all;
    }

    private static Map<String, Object> result(CaseResult c) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("family", c.family());
        all.put("shape", c.shape());
        all.put("rows", c.rows());
        all.put("cols", c.cols());
        all.put("tokens", c.tokens());
        all.put("contestants", c.measured().stream().map(m -> contestant(c, m)).toList());
        return all;
    }

    private static Map<String, Object> contestant(CaseResult c, Measured m) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", m.name());
        all.put("role", m.role());
        all.put("threads", m.threads());
        all.put("sparsity", m.sparsity());
        all.put("median_seconds", m.median());
        all.put("spread", m.spread());
        all.put("share_of_ceiling", m.share());
        all.put("over_best_native_dense", m.role() == Role.LIMIT ? null : c.dense(m.threads()).map(m::over));
        all.put("over_best_native_dense_best_rounds", m.role() == Role.LIMIT ? null : c.dense(m.threads()).map(m::overAtBest));
        all.put("difference", m.difference());
        all.put("fault", m.fault().isEmpty() ? null : m.fault());
        all.put("seconds", m.seconds());
        return all;
    }
}
