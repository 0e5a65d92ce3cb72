package dev.filigree.app.train;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.train.Curve;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Memory;
import dev.filigree.train.Problem;
import java.util.List;
import java.util.stream.Stream;

/** A run that leaves nothing but its result: what studies are made of. */
public final class Trial {

    private Trial() {
    }

    /**
     * What came out.
     *
     * @param live    live positions of all weights at the end
     * @param work    mean of the live positions over all steps
     * @param seconds of the whole run, looks at quality included
     */
    public record Result(List<Curve.Point> curve, long live, double work, long positions, Memory memory, double seconds) {

        /** Quality at the end. */
        public Curve.Point last() {
            return curve.getLast();
        }
    }

    /** Trains from the settings' seed to the end. */
    public static Result run(TrainSettings settings, Problem problem, Compute compute) {
        return run(settings, problem, compute, List.of());
    }

    /** The same with hooks that look on; they come after those of the method. */
    public static Result run(TrainSettings settings, Problem problem, Compute compute, List<Hook> watching) {
        long start = System.nanoTime();
        Assembly assembly = new Assembly(settings, problem, compute);
        Curve curve = new Curve(problem.objective(0), problem.testing(settings.batch(), assembly.form()), p -> { });
        try (Loop loop = assembly.loop(Stream.concat(Stream.of(curve), watching.stream()).toList())) {
            double[] work = new double[1];
            loop.run((step, steps, loss, batch, seconds) -> work[0] += live(loop) / (double) steps);
            long positions = loop.model().sites().stream().mapToLong(Site::positions).sum();
            return new Result(curve.points(), live(loop), work[0], positions, loop.memory(), (System.nanoTime() - start) * 1e-9);
        }
    }

    private static long live(Loop loop) {
        return loop.model().sites().stream().mapToLong(s -> loop.model().param(s).forward().nonZeros()).sum();
    }
}
