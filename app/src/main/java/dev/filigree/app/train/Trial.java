package dev.filigree.app.train;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Curve;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Memory;
import dev.filigree.train.Problem;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A run that leaves nothing but its result: what studies are made of. */
public final class Trial {

    private Trial() {
    }

    /**
     * What came out.
     *
     * @param layers  each weight at the end
     * @param work    mean of the live positions over all steps
     * @param seconds of the whole run, looks at quality included
     */
    public record Result(List<Curve.Point> curve, List<Layer> layers, double work, Memory memory, double seconds) {

        /** Live positions of all weights at the end. */
        public long live() {
            return layers.stream().mapToLong(Layer::live).sum();
        }

        public long positions() {
            return layers.stream().mapToLong(Layer::positions).sum();
        }

        /** Quality at the end. */
        public Curve.Point last() {
            return curve.getLast();
        }
    }

    /**
     * A weight at the end.
     *
     * @param outputs rows of which at least one position lives
     */
    public record Layer(String name, int rows, int cols, long live, int outputs) {

        public long positions() {
            return (long) rows * cols;
        }

        private static Layer of(Site s, Weight w) {
            BitSet rows = new BitSet();
            w.forEach((r, c, slot, v) -> rows.set(r));
            return new Layer(s.name(), s.rows(), s.cols(), w.nonZeros(), rows.cardinality());
        }
    }

    /** Trains from the settings' seed to the end. */
    public static Result run(TrainSettings settings, Problem problem, Compute compute) {
        return run(settings, problem, compute, List.of(), loop -> { });
    }

    /**
     * The same for somebody who wants to see more.
     *
     * @param hooks come after those of the method
     * @param end   sees the loop after its last step
     */
    public static Result run(TrainSettings settings, Problem problem, Compute compute, List<Hook> hooks, Consumer<Loop> end) {
        long start = System.nanoTime();
        Assembly assembly = new Assembly(settings, problem, compute);
        Curve curve = new Curve(problem.objective(0), problem.testing(settings.batch(), assembly.form()), p -> { });
        try (Loop loop = assembly.loop(Stream.concat(hooks.stream(), Stream.of(curve)).toList())) {
            double[] work = new double[1];
            loop.run((step, steps, loss, batch, seconds) -> work[0] += loop.model().live() / (double) steps);
            end.accept(loop);
            List<Layer> layers = loop.model().sites().stream().map(s -> Layer.of(s, loop.model().param(s).forward())).toList();
            return new Result(curve.points(), layers, work[0], loop.memory(), (System.nanoTime() - start) * 1e-9);
        }
    }

    /** Seconds of a step, the median of some that are tried for so long and leave no trace. */
    public static double step(TrainSettings settings, Problem problem, Compute compute, double seconds) {
        try (Loop loop = new Assembly(settings, problem, compute).loop(List.of())) {
            return loop.rehearse(seconds).seconds();
        }
    }
}
