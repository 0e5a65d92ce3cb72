package dev.filigree.prune.criterion;

import dev.filigree.calib.Need;
import dev.filigree.prune.Scope;
import dev.filigree.prune.Subject;
import java.util.Set;

/** Says which weights are worth keeping. */
public interface Criterion {

    /** What it must know about the inputs. */
    default Set<Need> needs() {
        return Set.of();
    }

    /** Which weights should compete when the person does not say. */
    default Scope scope() {
        return Scope.LAYER;
    }

    /** One finite score a position, {@code [rows x cols]}, high = keep. */
    float[] score(Subject subject);
}
