package dev.filigree.prune.continual;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One sparse network for each task in one set of weights (Mallya and Lazebnik 2018, arXiv:1711.05769; with positions found by
 * dynamic sparse training Yildirim et al. 2023, arXiv:2308.14831): a position that a task ended with keeps its value for good, and
 * later tasks may use it as it is. So a task is as good at the end as when it was learned. What is not sparse (biases, and weights
 * that were dense) is each task's own.
 */
public final class TaskMasks {

    private final Map<String, Learned> learned = new HashMap<>(); // by site: positions of all tasks so far
    private final List<Mask> tasks = new ArrayList<>();

    /** Positions and their values, in canonical order. */
    private record Learned(Topology live, Floats values) {
    }

    /** What a task ended with: where it lives, and the values of what is its own. */
    private record Mask(Map<String, Topology> live, Map<String, Weight> own) {
    }

    /** Keeps what earlier tasks learned while the next one is: comes after the hooks that move positions. */
    public Hook hook() {
        return new Anchor();
    }

    /** Positions of a site that any task so far ended with. */
    public long learned(Site site) {
        Learned l = learned.get(site.name());
        return l == null ? 0 : l.live.count();
    }

    /** Share of a network's positions that earlier tasks had learned. */
    public double reused(Model model) {
        long live = 0;
        long known = 0;
        for (Site s : sparse(model)) {
            Topology now = Topology.of(model.param(s).forward());
            live += now.count();
            known += now.count() - unknown(s, now).length;
        }
        return live == 0 ? 0 : known / (double) live;
    }

    /** Adds the task that a network has just learned. */
    public void add(Model model) {
        Map<String, Topology> live = new HashMap<>();
        Map<String, Weight> own = new HashMap<>();
        model.params().forEach(p -> own.put(p.name(), copy(p.forward())));
        for (Site s : sparse(model)) {
            Weight w = model.param(s).forward();
            Topology now = Topology.of(w);
            live.put(s.name(), now);
            own.remove(s.name());
            learned.put(s.name(), union(s, now, Layout.canonical(w, now)));
        }
        tasks.add(new Mask(live, own));
    }

    /** Makes a network of the same kind the one of a task, with the values that all tasks share. */
    public void show(int task, Model model) {
        Mask mask = tasks.get(task);
        mask.own.forEach((name, w) -> model.param(name).set(copy(w)));
        for (Site s : model.sites()) {
            Topology live = mask.live.get(s.name());
            if (live != null) {
                Learned all = learned.get(s.name());
                Floats values = Floats.allocate(live.count());
                each(live, (j, r, c) -> values.set(j, all.values.get(all.live.find(r, c))));
                model.param(s).set(s.layout(Layout.CSR).pack(Arena.ofAuto(), live, values));
            }
        }
    }

    private Learned union(Site s, Topology now, Floats values) {
        Learned before = learned.get(s.name());
        if (before == null) {
            return new Learned(now, values);
        }
        Rewiring change = Rewiring.of(before.live, new int[0], unknown(s, now));
        Floats all = change.values(before.values);
        each(change.after(), (i, r, c) -> {
            if (change.from().get(i) == Rewiring.NEWBORN) {
                all.set(i, values.get(now.find(r, c)));
            }
        });
        return new Learned(change.after(), all);
    }

    /** Positions {@code row * cols + col} that no task so far ended with, ascending. */
    private long[] unknown(Site s, Topology now) {
        Learned before = learned.get(s.name());
        long[] found = new long[now.count()];
        int[] count = new int[1];
        each(now, (j, r, c) -> {
            if (before == null || before.live.find(r, c) < 0) {
                found[count[0]++] = (long) r * now.cols() + c;
            }
        });
        return Arrays.copyOf(found, count[0]);
    }

    private static List<Site> sparse(Model model) {
        return model.sites().stream().filter(s -> !(model.param(s).forward() instanceof Tiled)).toList();
    }

    private static Weight copy(Weight w) {
        Floats values = Floats.allocate(Slots.of(w).length()).copyFrom(Slots.of(w));
        return switch (w) {
            case Tiled t -> new Tiled(t.rows(), t.cols(), values);
            case Dense d -> Dense.of(d.rows(), d.cols(), values);
            default -> w; // sparse: a mask takes its place
        };
    }

    @FunctionalInterface
    private interface Position {
        /** @param i in canonical order */
        void at(int i, int row, int col);
    }

    private static void each(Topology t, Position body) {
        for (int r = 0; r < t.rows(); r++) {
            for (int j = t.start().get(r); j < t.start().get(r + 1); j++) {
                body.at(j, r, t.column().get(j));
            }
        }
    }

    /** Where a weight holds positions that are known already, and the values that they have. */
    private record Fixed(Weight of, int[] slot, float[] value) {
    }

    /** What it remembers follows from where weights live, and is no state. */
    private final class Anchor implements Hook {

        private final Map<Site, Fixed> fixed = new HashMap<>();

        @Override
        public void begin(Loop loop) {
            updated(loop, -1);
        }

        /** What does not move is not to count in the length of the gradient either. */
        @Override
        public void differentiated(Loop loop, long step) {
            for (Site s : sparse(loop.model())) {
                Floats g = loop.gradients().of(loop.model().param(s));
                for (int slot : fixed(loop.model().param(s), s).slot) {
                    g.set(slot, 0f);
                }
            }
        }

        @Override
        public void updated(Loop loop, long step) {
            for (Site s : sparse(loop.model())) {
                Fixed f = fixed(loop.model().param(s), s);
                Floats values = Slots.of(f.of);
                for (int i = 0; i < f.slot.length; i++) {
                    values.set(f.slot[i], f.value[i]);
                }
            }
        }

        private Fixed fixed(Held p, Site s) {
            Fixed now = fixed.get(s);
            if (now == null || now.of != p.backward()) { // positions moved, and the weight is another
                now = find(p.backward(), learned.get(s.name()));
                fixed.put(s, now);
            }
            return now;
        }

        private Fixed find(Weight w, Learned known) {
            if (known == null) {
                return new Fixed(w, new int[0], new float[0]);
            }
            Canonical now = Canonical.of(Arena.ofAuto(), Parallel.single(), w);
            int[] slot = new int[now.live().count()];
            float[] value = new float[slot.length];
            int[] count = new int[1];
            each(now.live(), (j, r, c) -> {
                int i = known.live.find(r, c);
                if (i >= 0) {
                    slot[count[0]] = now.slot().get(j);
                    value[count[0]++] = known.values.get(i);
                }
            });
            return new Fixed(w, Arrays.copyOf(slot, count[0]), Arrays.copyOf(value, count[0]));
        }
    }
}
