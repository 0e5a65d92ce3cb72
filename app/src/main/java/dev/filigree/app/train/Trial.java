package dev.filigree.app.train;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.train.Curve;
import dev.filigree.train.Loop;
import dev.filigree.train.Memory;
import dev.filigree.train.Problem;
import java.util.List;
import java.util.function.Consumer;

/** A run that leaves nothing but its result: what studies are made of. */
public final class Trial {

    private Trial() {
    }

    /**
     * What came out.
     *
     * @param live    live positions of all weights at the end
     * @param seconds of the whole run, looks at quality included
     */
    public record Result(List<Curve.Point> curve, long live, long positions, Memory memory, double seconds) {

        /** Quality at the end. */
        public Curve.Point last() {
            return curve.getLast();
        }
    }

    /** Trains from the settings' seed to the end. */
    public static Result run(TrainSettings settings, Problem problem, Compute compute) {
        return run(settings, problem, compute, loop -> { });
    }

    /**
     * The same for somebody who wants to see the trained network.
     *
     * @param end sees the loop after its last step
     */
    public static Result run(TrainSettings settings, Problem problem, Compute compute, Consumer<Loop> end) {
        long start = System.nanoTime();
        Assembly assembly = new Assembly(settings, problem, compute);
        Curve curve = new Curve(problem.objective(0), problem.testing(settings.batch(), assembly.form()), p -> { });
        try (Loop loop = assembly.loop(List.of(curve))) {
            loop.run((step, steps, loss, batch, seconds) -> { });
            end.accept(loop);
            long live = loop.model().sites().stream().mapToLong(s -> loop.model().param(s).forward().nonZeros()).sum();
            long positions = loop.model().sites().stream().mapToLong(Site::positions).sum();
            return new Result(curve.points(), live, positions, loop.memory(), (System.nanoTime() - start) * 1e-9);
        }
    }
}
