package dev.filigree.prune.recovery;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.calib.Need;
import dev.filigree.prune.Aim;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Task;
import java.util.List;
import java.util.Set;

/**
 * Asks every weight to reproduce what the dense model puts out there, rather than what the dense weight puts out on inputs
 * that pruning has already moved: later weights make up for what earlier ones lost, and biases take over the mean error.
 * Works through {@link #aim()}, before the method runs.
 */
public record Faithful(double drift, boolean bias) implements Recovery {

    public static final Catalog.Entry<Recovery> ENTRY = Catalog.entry("faithful", "",
            "later weights make up for what earlier ones lost, biases take over the mean error", List.of(
                    Option.of("drift", 1, "share of the earlier loss that is made up for, 0 to 1"),
                    Option.of("bias", true, "whether biases take over the mean error")),
            s -> new Faithful(s.number("drift"), s.flag("bias")));

    @Override
    public Set<Need> needs() {
        return Set.of();
    }

    @Override
    public Aim aim() {
        return new Aim(drift, bias, true);
    }

    @Override
    public Kept recover(Task task, Kept kept) {
        return kept;
    }
}
