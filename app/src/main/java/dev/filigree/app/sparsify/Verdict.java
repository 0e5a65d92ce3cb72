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

    /** A model whose rank correlation keeps this share of the dense model's is called as good for similarity search. */
    static final double KEEPS = 0.985;

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
        Contestant truest = rivals.stream().filter(c -> c.quality() != null).max(Comparator.comparingDouble((Contestant c) -> c.quality().cosine()))
                .filter(c -> c.quality().cosine() > sparse.quality().cosine()).orElse(null);
        lines.add(String.format(Locale.ROOT, "quality: the sparse model keeps %.1f %% of the dense Spearman at cosine %.3f%s", 100 * kept(sparse, dense),
                sparse.quality().cosine(), truest == null ? "" : String.format(Locale.ROOT, "; %s has cosine %.3f", truest.name(), truest.quality().cosine())));
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
        return recovered == null || recovered.cosine() >= oneShot.cosine() ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "recovery ended below the one-shot model (cosine %.3f, before %.3f): it was too short for this model; give --recover more time, or 0",
                recovered.cosine(), oneShot.cosine()));
    }

    private static String against(Contestant sparse, Contestant rival) {
        if (sparse.isBeatenEverywhereBy(rival)) {
            return rival.name() + " beats this setting everywhere: faster, smaller and closer to the dense model";
        }
        List<String> wins = new ArrayList<>();
        List<String> losses = new ArrayList<>();
        (sparse.rate() > rival.rate() ? wins : losses).add("speed (" + ratio(sparse.rate() / rival.rate()) + ")");
        (sparse.bytes() < rival.bytes() ? wins : losses).add("size (" + ratio((double) sparse.bytes() / rival.bytes()) + ")");
        (sparse.quality().cosine() > rival.quality().cosine() ? wins : losses).add("quality");
        return "against " + rival.name() + ": wins on " + listed(wins) + "; loses on " + listed(losses);
    }

    private static String recommend(Contestant sparse, Contestant dense, List<Contestant> rivals, Contestant fastest) {
        boolean good = kept(sparse, dense) >= KEEPS;
        for (Contestant rival : rivals) {
            if (rival.quality() != null && sparse.isBeatenEverywhereBy(rival)) {
                return "use " + rival.name() + " on this machine: it beats this setting everywhere";
            }
        }
        if (!good) {
            return String.format(Locale.ROOT, "do not use this setting where ranking matters: it keeps %.1f %% of the dense Spearman, less than %.1f %%; "
                    + "recover longer or prune less", 100 * kept(sparse, dense), 100 * KEEPS);
        }
        if (fastest == sparse) {
            return "use the sparse model on this machine: it is the fastest and keeps the ranking";
        }
        boolean smaller = rivals.stream().allMatch(r -> r.bytes() < 0 || sparse.bytes() <= r.bytes());
        return "use " + fastest.name() + " where speed decides" + (smaller ? ", the sparse model where size does" : "");
    }

    private static double kept(Contestant sparse, Contestant dense) {
        return sparse.quality().spearman() / dense.quality().spearman();
    }

    private static String ratio(double r) {
        return String.format(Locale.ROOT, "%.2fx", r);
    }

    private static String listed(List<String> items) {
        return items.isEmpty() ? "nothing" : String.join(", ", items);
    }
}
