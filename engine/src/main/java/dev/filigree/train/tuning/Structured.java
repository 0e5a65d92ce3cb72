package dev.filigree.train.tuning;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Branch;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * S2FT (Yang et al. 2024, arXiv:2412.06289): of all layers of a transformer some heads of attention and some channels of feed-forward
 * nets are chosen, and what follows them is trained: the columns of the weights that end a branch, {@code W = W0 + D S} with D
 * {@code [outputs x chosen]} and S the choice. The gradient of D needs the chosen inputs alone, and only those are kept.
 *
 * <p>The paper permutes the weights before and after so that what is chosen lies side by side. Here inputs lie feature by feature:
 * the chosen ones are gathered line by line, which costs what copying neighbours would, and the network stays as it was.
 *
 * @param share of the prunable weights' number that is trained
 * @param heads share of what is trained that goes to heads
 * @param head  features of a head
 */
public record Structured(double share, double heads, int head, Choice choice) implements Tuning {

    /** Which heads and channels. */
    public enum Choice {
        /** Any. */
        RANDOM,
        /** Those whose weights are small. */
        SMALL,
        /** Those whose weights are large. */
        LARGE
    }

    public static final Entry<Tuning> ENTRY = Catalog.entry("s2ft", "Yang et al. 2024, arXiv:2412.06289", "trains the weights behind some heads and channels",
            List.of(Option.of("share", 0.04, "numbers trained, as a share of the prunable weights"), Option.of("heads", 0.3, "share of them that is behind heads"),
                    Option.of("head", 32, "features of a head"), Option.of("choice", "random", "which heads and channels: random, small or large (by weight)")),
            s -> new Structured(s.number("share"), s.number("heads"), s.integer("head"), choice(s.text("choice"))));

    public Structured {
        Tuning.share("s2ft", share);
        if (!(heads >= 0 && heads <= 1) || head < 1) {
            throw new UserError("tuning s2ft: found heads=" + heads + " and head=" + head + ", expected a share in [0, 1] and at least 1 feature");
        }
    }

    private static Choice choice(String text) {
        return Arrays.stream(Choice.values()).filter(c -> c.name().toLowerCase(Locale.ROOT).equals(text)).findFirst()
                .orElseThrow(() -> new UserError("setting 'choice' of s2ft: found '" + text + "', expected random, small or large"));
    }

    /** Neighbouring columns of a weight that are chosen together, and how early. */
    private record Unit(Site site, int from, int count, double order) {

        long numbers() {
            return (long) site.rows() * count;
        }
    }

    @Override
    public Map<String, List<Branch>> begin(Start start) {
        long budget = (long) (share * start.positions());
        List<Unit> chosen = chosen(units(start, Role.ATTENTION_OUT, head), (long) (heads * budget));
        long spent = chosen.stream().mapToLong(Unit::numbers).sum();
        chosen.addAll(chosen(units(start, Role.FFN_OUT, 1), budget - spent));
        if (chosen.isEmpty()) {
            throw new UserError("tuning s2ft: found share=" + share + ", which has no room for a single channel, or a network without feed-forward nets; take a larger share of a transformer");
        }
        Map<String, List<Branch>> change = new LinkedHashMap<>();
        for (Site s : start.base().sites()) {
            int[] columns = chosen.stream().filter(u -> u.site.equals(s)).flatMapToInt(u -> IntStream.range(u.from, u.from + u.count)).sorted().toArray();
            if (columns.length > 0) {
                change.put(s.name(), List.of(new Branch.Columns(Tuning.zeros(s, "s2ft", s.rows(), columns.length), columns, 1)));
            }
        }
        return change;
    }

    private List<Unit> units(Start start, Role role, int columns) {
        List<Unit> units = new ArrayList<>();
        for (Site s : start.base().sites()) {
            if (s.role() == role) {
                if (s.cols() % columns != 0) {
                    throw new UserError("tuning s2ft: found head=" + columns + ", which does not divide the " + s.cols() + " inputs of " + s.name());
                }
                double[] order = order(start.base().param(s).forward(), columns, start.rng().split(s.name()));
                for (int i = 0; i < order.length; i++) {
                    units.add(new Unit(s, i * columns, columns, order[i]));
                }
            }
        }
        return units;
    }

    private double[] order(Weight w, int columns, Rng rng) {
        double[] order = new double[w.cols() / columns];
        if (choice == Choice.RANDOM) {
            Arrays.setAll(order, i -> rng.nextDouble());
        } else {
            w.forEach((r, c, slot, v) -> order[c / columns] += (choice == Choice.LARGE ? -v : v) * v);
        }
        return order;
    }

    /** The first of them that fit; of equal ones those that were met first. */
    private static List<Unit> chosen(List<Unit> units, long budget) {
        List<Unit> chosen = new ArrayList<>();
        long left = budget;
        for (Unit u : units.stream().sorted(Comparator.comparingDouble(Unit::order)).toList()) {
            if (u.numbers() <= left) {
                chosen.add(u);
                left -= u.numbers();
            }
        }
        return chosen;
    }
}
