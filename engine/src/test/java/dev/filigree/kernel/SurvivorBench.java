package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Projection;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Times choosing, packing and turning survivors beside the products that they serve, in turns and by the thread's own time;
 * by hand: {@code SurvivorBench side tokens rounds N:M ...}.
 */
final class SurvivorBench {

    private SurvivorBench() {
    }

    public static void main(String[] args) {
        int side = Integer.parseInt(args[0]);
        int tokens = Integer.parseInt(args[1]);
        Compute compute = new Compute(Kernels.best(), Parallel.single());
        Tiled master = new Tiled(side, side, Cases.random(side * side, new Rng(1)));
        Tiled turned = Tiled.room(side, side);
        int width = Kernels.widthFor(tokens);
        int panels = Math.ceilDiv(tokens, width);
        Floats x = Cases.random(side * panels * width, new Rng(2));
        Floats y = Floats.allocate(x.length());
        Map<String, Runnable> cases = new LinkedHashMap<>();
        cases.put("dense product", product(compute, master, x, y, panels, width));
        cases.put("dense transpose", () -> master.transpose(compute, turned));
        for (int i = 3; i < args.length; i++) {
            String[] nm = args[i].split(":");
            Projection p = new Projection(side, side, Integer.parseInt(nm[0]), Integer.parseInt(nm[1]));
            p.choose(compute, master);
            Csr packed = p.room();
            p.pack(compute, master, packed);
            cases.put(args[i] + " choose", () -> p.choose(compute, master));
            cases.put(args[i] + " pack", () -> p.pack(compute, master, packed));
            Csr back = p.turned(compute, packed);
            cases.put(args[i] + " turn", () -> p.turn(compute, packed, back));
            cases.put(args[i] + " product back", product(compute, back, x, y, panels, width));
            cases.put(args[i] + " product", product(compute, packed, x, y, panels, width));
            cases.put(args[i] + " product as N:M", product(compute, p.packed(packed), x, y, panels, width));
        }
        Map<String, Double> best = new LinkedHashMap<>();
        for (int round = 0; round < Integer.parseInt(args[2]); round++) {
            cases.forEach((name, body) -> {
                long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                for (int i = 0; i < 20; i++) {
                    body.run();
                }
                best.merge(name, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 20e6, Math::min);
            });
        }
        best.forEach((name, ms) -> System.out.printf(Locale.ROOT, "%-24s %7.3f ms%n", name, ms));
    }

    private static Runnable product(Compute compute, Weight w, Floats x, Floats y, int panels, int width) {
        return () -> Matmul.apply(compute, w, null, Activation.NONE, x, y, panels, width);
    }
}
