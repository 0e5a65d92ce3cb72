package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Figure.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleBiFunction;

/** What figures are computed from: our contestants against natives of the same case and the same number of threads. */
final class Ratios {

    private Ratios() {
    }

    /** Speed over the fastest native dense product. */
    static List<Score> overDense(List<CaseResult> results, int threads, Predicate<Measured> which) {
        return scores(results, threads, which, (c, m) -> c.dense(threads).map(m::over).orElse(Double.NaN));
    }

    /** Speed over the native dense training step. */
    static List<Score> overStep(List<CaseResult> results, int threads, Predicate<Measured> which) {
        return scores(results, threads, which, (c, m) -> c.of(Role.NATIVE_STEP, threads).findFirst().map(m::over).orElse(Double.NaN));
    }

    /** Speed over the native sparse product of the same weight. */
    static List<Score> overSparse(List<CaseResult> results, int threads, Predicate<Measured> which) {
        return scores(results, threads, which, (c, m) -> c.nativeSparse(m).map(m::over).orElse(Double.NaN));
    }

    /** Where our product called {@code name} begins to win over the native dense one, case by case. */
    static List<Score> breakEven(List<CaseResult> results, int threads, Predicate<Measured> which) {
        List<Score> all = new ArrayList<>();
        for (CaseResult c : results) {
            Map<Double, Double> ratios = new LinkedHashMap<>();
            c.dense(threads).ifPresent(dense -> c.of(Role.OURS, threads).filter(which).forEach(m -> ratios.put(m.sparsity(), m.over(dense))));
            all.add(new Score(c.where(), BreakEven.of(ratios)));
        }
        return all;
    }

    /** One score for each of our contestants that {@code which} takes. */
    static List<Score> scores(List<CaseResult> results, int threads, Predicate<Measured> which, ToDoubleBiFunction<CaseResult, Measured> value) {
        List<Score> all = new ArrayList<>();
        for (CaseResult c : results) {
            c.of(Role.OURS, threads).filter(which).forEach(m -> all.add(new Score(c.where() + ", " + m.name(), value.applyAsDouble(c, m))));
        }
        return all;
    }

    /** Contestants at this sparsity. */
    static Predicate<Measured> at(double sparsity) {
        return m -> m.sparsity() == sparsity;
    }

    /** "80 %". */
    static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}
