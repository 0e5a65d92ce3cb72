package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.report.Metrics;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/** What stands between a figure and its aim, in words and in numbers of the same run. */
final class Bounds {

    private static final double MICRO = 1e-6;
    private static final double GIGA = 1e9;

    private Bounds() {
    }

    /** A median over rounds suffers from whatever else the machine does; the best rounds do not. */
    static String bestRounds(List<CaseResult> results, int threads, double aim) {
        double[] best = results.stream().flatMapToDouble(c -> c.dense(threads).stream().flatMapToDouble(d -> c.of(Role.OURS, threads).mapToDouble(m -> m.overAtBest(d))))
                .toArray();
        return best.length == 0 ? "" : String.format(Locale.ROOT, "at their best rounds %d of %d reach it, the worst %.2fx; ours then use %s of the multiply-adds that the registers allow at the median",
                DoubleStream.of(best).filter(b -> b >= aim).count(), best.length, DoubleStream.of(best).min().orElseThrow(), Ratios.percent(share(results, threads, m -> true)));
    }

    /** Blocks cannot use more multiply-adds than there are. */
    static String multiplyAdds(List<CaseResult> results, int threads, Predicate<Measured> which, double aim) {
        double natives = median(results.stream().flatMap(c -> c.dense(threads).stream()).mapToDouble(Measured::share));
        return String.format(Locale.ROOT, "native dense products use %s of the multiply-adds that the registers allow, so %.2fx of them would be %s; these blocks use %s", Ratios.percent(natives), aim,
                Ratios.percent(aim * natives), Ratios.percent(share(results, threads, which)));
    }

    /** What a product of few tokens costs beside one of twice as many. */
    static String emptyLanes(List<CaseResult> results, int threads) {
        double[] ratios = results.stream().filter(c -> c.tokens() == 8).flatMapToDouble(few -> results.stream()
                .filter(c -> c.tokens() == 16 && c.shape().equals(few.shape()) && c.rows() == few.rows() && c.cols() == few.cols())
                .flatMapToDouble(c -> c.of(Role.OURS, threads).flatMapToDouble(m -> few.of(Role.OURS, threads).filter(f -> f.name().equals(m.name())).mapToDouble(f -> f.median() / m.median()))))
                .toArray();
        return ratios.length == 0 ? "" : String.format(Locale.ROOT, "8 tokens take %.2fx the time of 16 (median): an entry costs a read of its weight, of its column and of a vector of inputs, however few of the vector's lanes hold tokens",
                Metrics.median(ratios));
    }

    /** Blocks in a microsecond, whatever their bytes. */
    static String steps(List<CaseResult> results, int threads, Predicate<Measured> which) {
        double[] rates = results.stream().flatMapToDouble(c -> c.of(Role.OURS, threads).filter(which)
                .mapToDouble(m -> (double) c.rows() * c.cols() * (1 - m.sparsity()) / Integer.parseInt(m.name().substring(0, m.name().indexOf('x'))) / m.median() * MICRO)).toArray();
        return rates.length == 0 ? "" : String.format(Locale.ROOT, "a weight that stays in the caches is bound by its blocks, not by its bytes: each has a column to read, an input to spread and to merge; %.0f blocks in a microsecond at the median, %.0f at most",
                Metrics.median(rates), DoubleStream.of(rates).max().orElseThrow());
    }

    /** Groups of so many inputs in a microsecond, whatever their bytes. */
    static String groups(List<CaseResult> results, int threads, Predicate<Measured> which, int size) {
        double[] rates = results.stream().flatMapToDouble(c -> c.of(Role.OURS, threads).filter(which)
                .mapToDouble(m -> (double) c.rows() * c.cols() * (1 - m.sparsity()) / size / m.median() * MICRO)).toArray();
        return rates.length == 0 ? "" : String.format(Locale.ROOT, "a weight that stays in the caches is bound by its groups, not by its bytes: each has codes to spread, a scale and a multiply-add; %.0f groups in a microsecond at the median, %.0f at most",
                Metrics.median(rates), DoubleStream.of(rates).max().orElseThrow());
    }

    /** Bytes in a second that are read of a weight with all its columns and of one of which half are skipped. */
    static String skipped(List<CaseResult> results, int threads, String whole, String half) {
        double all = reading(results, threads, whole, 1);
        double some = reading(results, threads, half, 2);
        return String.format(Locale.ROOT, "with every column the weight is read at %.0f GB/s, with half of them, in runs with gaps, at %.0f GB/s: that share of twice the speed is left", all, some);
    }

    /** Seconds of one product on one thread and on all of them. */
    record Split(double one, double all, boolean met) {
    }

    /** What a product on several threads takes beyond its share of the work. */
    static String shortWork(List<Split> splits, int threads) {
        return String.format(Locale.ROOT, "products that miss it take %.0f us on one thread at the median, those that meet it %.0f; waking, waiting and the larger part of the work take %.1f us of the former",
                median(splits.stream().filter(s -> !s.met).mapToDouble(s -> s.one / MICRO)), median(splits.stream().filter(Split::met).mapToDouble(s -> s.one / MICRO)),
                median(splits.stream().filter(s -> !s.met).mapToDouble(s -> (s.all - s.one / threads) / MICRO)));
    }

    private static double reading(List<CaseResult> results, int threads, String name, int part) {
        return median(results.stream().flatMap(c -> c.of(Role.OURS, threads).filter(m -> m.name().equals(name))).mapToDouble(m -> m.bytes() / part / m.median() / GIGA));
    }

    private static double share(List<CaseResult> results, int threads, Predicate<Measured> which) {
        return median(results.stream().flatMap(c -> c.of(Role.OURS, threads)).filter(which).mapToDouble(Measured::share));
    }

    private static double median(DoubleStream values) {
        double[] known = values.filter(v -> !Double.isNaN(v)).toArray();
        return known.length == 0 ? Double.NaN : Metrics.median(known);
    }
}
