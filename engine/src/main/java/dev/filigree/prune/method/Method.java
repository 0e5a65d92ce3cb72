package dev.filigree.prune.method;

import dev.filigree.calib.Need;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Scope;
import dev.filigree.prune.Task;
import dev.filigree.prune.criterion.Criterion;
import java.util.Set;

/** Prunes one weight: chooses exactly the asked number of survivors, and may change their values. */
public interface Method {

    /** What it must know about the inputs. */
    Set<Need> needs();

    /** What it holds while it works. */
    Footprint footprint();

    /** Which weights compete when neither person nor pattern says. */
    Scope scope();

    /** How it ranks weights: what allocations that compare layers go by. */
    Criterion criterion();

    Kept prune(Task task);
}
