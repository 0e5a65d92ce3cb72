package dev.filigree.prune.saliency;

import dev.filigree.base.Floats;
import dev.filigree.model.Site;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.List;

/** What scores share: loops over the stored values of all sites. */
final class Each {

    private static final int RANGE = 1 << 16;

    private Each() {
    }

    /** A number of position {@code i} of a site. */
    @FunctionalInterface
    interface Score {
        float of(int site, int i);
    }

    /** The stored values of the sites' weights themselves, not copies. */
    static List<Floats> weights(Loop loop, List<Site> sites) {
        return sites.stream().map(s -> Slots.of(loop.model().param(s).backward())).toList();
    }

    /** The gradients that lie beside them, not copies. */
    static List<Floats> gradients(Loop loop, List<Site> sites) {
        return sites.stream().map(s -> loop.gradients().of(loop.model().param(s))).toList();
    }

    static List<Floats> copies(List<Floats> values) {
        return values.stream().map(v -> Floats.allocate(v.length()).copyFrom(v)).toList();
    }

    static void copy(List<Floats> from, List<Floats> to) {
        for (int s = 0; s < from.size(); s++) {
            to.get(s).copyFrom(from.get(s));
        }
    }

    /** A new number for each stored value. */
    static List<Floats> score(Loop loop, List<Floats> shaped, Score score) {
        List<Floats> out = new ArrayList<>();
        shaped.forEach(v -> out.add(Floats.allocate(v.length())));
        write(loop, out, score);
        return out;
    }

    /** Overwrites each value; a score may read the one that it overwrites. */
    static void write(Loop loop, List<Floats> out, Score score) {
        for (int s = 0; s < out.size(); s++) {
            int site = s;
            Floats values = out.get(s);
            loop.compute().parallel().run(Math.ceilDiv(values.length(), RANGE), range -> {
                for (int i = range * RANGE; i < Math.min(values.length(), (range + 1) * RANGE); i++) {
                    values.set(i, score.of(site, i));
                }
            });
        }
    }

    static double sum(List<Floats> all) {
        double sum = 0;
        for (Floats v : all) {
            for (int i = 0; i < v.length(); i++) {
                sum += v.get(i);
            }
        }
        return sum;
    }

    /** The length of all numbers as one vector. */
    static double norm(List<Floats> all) {
        double sum = 0;
        for (Floats v : all) {
            for (int i = 0; i < v.length(); i++) {
                sum += (double) v.get(i) * v.get(i);
            }
        }
        return Math.sqrt(sum);
    }
}
