package dev.filigree.app.sparsify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the measurements say: who wins on speed, on size and on quality, and what to use on this machine. Computed from
 * the figures of the run alone.
 *
 * @param lines          one finding each
 * @param recommendation one sentence
 */
public record Verdict(List<String> lines, String recommendation) {

    /**
     * @param sparse what this run made
     * @param dense  the same model, dense, in this engine
     * @param rivals other runtimes; may be empty when none could be measured
     */
    public static Verdict of(Contestant sparse, Contestant dense, List<Contestant> rivals) {
        List<Contestant> all = new ArrayList<>(List.of(sparse, dense));
        all.addAll(rivals);
        List<String> lines = new ArrayList<>();
        Contestant fastest = all.stream().filter(c -> !Double.isNaN(c.rate())).max(Comparator.comparingDouble(Contestant::rate)).orElse(sparse);
        Contestant smallest = all.stream().filter(c -> c.bytes() >= 0).min(Comparator.comparingLong(Contestant::bytes)).orElse(sparse);
        lines.add("speed: " + fastest.name() + " is fastest" + (fastest == sparse ? "" : ", " + ratio(fastest.rate() / sparse.rate()) + " the sparse model"));
        lines.add("size: " + smallest.name() + " is smallest" + (smallest == sparse ? "" : ", the sparse model takes "
                + ratio((double) sparse.bytes() / smallest.bytes()) + " its bytes"));
        Contestant truest = rivals.stream().filter(c -> c.quality() != null).max(Comparator.comparingDouble((Contestant c) -> c.quality().nearness()))
                .filter(c -> c.quality().nearness() > sparse.quality().nearness()).orElse(null);
        lines.add("quality: the sparse model " + sparse.quality().against(dense.quality()) + (truest == null ? "" : "; " + truest.name() + " has " + truest.quality().near()));
        for (Contestant rival : rivals) {
            if (rival.quality() != null) {
                lines.add(against(sparse, rival));
            }
        }
        return new Verdict(lines, recommend(sparse, dense, rivals, fastest));
    }

    /** This verdict with these lines said first. */
    Verdict after(List<String> warnings) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(lines);
        return new Verdict(all, recommendation);
    }

    /** What to say when training left the model worse than pruning alone did; empty otherwise. */
    static Optional<String> setback(Quality oneShot, Quality recovered) {
        return recovered == null || recovered.nearness() >= oneShot.nearness() ? Optional.empty() : Optional.of("recovery ended below the one-shot model ("
                + recovered.near() + ", before " + oneShot.near().replaceFirst("^\\D*", "") + "): it was too short for this model; give --recover more time, or 0");
    }

    private static String against(Contestant sparse, Contestant rival) {
        if (sparse.isBeatenEverywhereBy(rival)) {
            return rival.name() + " beats this setting everywhere: faster, smaller and closer to the dense model";
        }
        List<String> wins = new ArrayList<>();
        List<String> losses = new ArrayList<>();
        (sparse.rate() > rival.rate() ? wins : losses).add("speed (" + ratio(sparse.rate() / rival.rate()) + ")");
        (sparse.bytes() < rival.bytes() ? wins : losses).add("size (" + ratio((double) sparse.bytes() / rival.bytes()) + ")");
        (sparse.quality().nearness() > rival.quality().nearness() ? wins : losses).add("quality");
        return "against " + rival.name() + ": wins on " + listed(wins) + "; loses on " + listed(losses);
    }

    private static String recommend(Contestant sparse, Contestant dense, List<Contestant> rivals, Contestant fastest) {
        boolean good = sparse.quality().kept(dense.quality()) >= sparse.quality().enough();
        for (Contestant rival : rivals) {
            if (rival.quality() != null && sparse.isBeatenEverywhereBy(rival)) {
                return "use " + rival.name() + " on this machine: it beats this setting everywhere";
            }
        }
        if (!good) {
            return "do not use this setting " + sparse.quality().tooLittle(dense.quality()) + "; recover longer or prune less";
        }
        if (fastest == sparse) {
            return "use the sparse model on this machine: it is the fastest and keeps " + sparse.quality().keeps();
        }
        boolean smaller = rivals.stream().allMatch(r -> r.bytes() < 0 || sparse.bytes() <= r.bytes());
        return "use " + fastest.name() + " where speed decides" + (smaller ? ", the sparse model where size does" : "");
    }

    private static String ratio(double r) {
        return String.format(Locale.ROOT, "%.2fx", r);
    }

    private static String listed(List<String> items) {
        return items.isEmpty() ? "nothing" : String.join(", ", items);
    }
}
