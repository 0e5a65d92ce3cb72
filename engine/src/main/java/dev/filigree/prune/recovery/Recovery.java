package dev.filigree.prune.recovery;

import dev.filigree.calib.Need;
import dev.filigree.prune.Aim;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Task;
import dev.filigree.prune.pattern.Pattern;
import java.util.Set;

/** Makes up for what pruning one weight lost, keeping the number of survivors of every cell. */
public interface Recovery {

    /** What it must know about the inputs. */
    Set<Need> needs();

    /** What this wants each weight to reproduce, in place of the dense weight's own outputs; null leaves that as it is. */
    default Aim aim() {
        return null;
    }

    /** Throws a {@link dev.filigree.base.UserError} when this cannot work with a pattern. */
    default void check(Pattern pattern) {
    }

    /** Which survivors, with which values, given those of a method. */
    Kept recover(Task task, Kept kept);
}
