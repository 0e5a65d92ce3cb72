package dev.filigree.infer;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Times real products on the threads that will serve. */
final class ProductMeter implements Meter {

    private final Compute compute;
    private final Stopwatch watch = new Stopwatch(System::nanoTime);
    /** Layouts and widths that were timed before: their kernels are compiled. */
    private final Set<String> compiled = new HashSet<>();

    ProductMeter(Compute compute) {
        this.compute = compute;
    }

    @Override
    public List<Reading> times(List<Trial> trials) {
        int lanes = trials.stream().mapToInt(t -> Math.ceilDiv(t.tokens(), t.width()) * t.width()).max().orElse(0);
        Weight first = trials.getFirst().copies().getFirst();
        try (Arena arena = Arena.ofShared()) {
            Floats x = random(arena, Math.multiplyExact(first.cols(), lanes));
            Floats y = Floats.allocate(arena, Math.multiplyExact(first.rows(), lanes));
            boolean fresh = false;
            List<Runnable> works = new ArrayList<>();
            for (Trial t : trials) {
                fresh |= compiled.add(t.copies().getFirst().layout() + "/" + t.width());
                works.add(product(t, x, y));
            }
            List<Stopwatch.Spent> spent = watch.race(works, !fresh);
            List<Reading> readings = new ArrayList<>();
            for (int i = 0; i < trials.size(); i++) {
                readings.add(new Reading(spent.get(i).nanos() / 1e3, spent.get(i).spread(), trials.get(i).copies().getFirst().bytes()));
            }
            return readings;
        }
    }

    private Runnable product(Trial t, Floats x, Floats y) {
        int panels = Math.ceilDiv(t.tokens(), t.width());
        int[] turn = {0};
        return () -> Matmul.apply(compute, t.copies().get(turn[0]++ % t.copies().size()), null, Activation.NONE, x, y, panels, t.width());
    }

    private static Floats random(Arena arena, int length) {
        Rng rng = new Rng(1).split("planner");
        Floats x = Floats.allocate(arena, length);
        for (int i = 0; i < length; i++) {
            x.set(i, rng.nextFloat() - 0.5f);
        }
        return x;
    }
}
