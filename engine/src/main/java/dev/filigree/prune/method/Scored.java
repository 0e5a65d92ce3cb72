package dev.filigree.prune.method;

import dev.filigree.calib.Need;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Scope;
import dev.filigree.prune.Task;
import dev.filigree.prune.criterion.Criterion;
import java.util.Set;

/** Keeps the best weights by a criterion, as they are. */
public record Scored(Criterion criterion) implements Method {

    @Override
    public Set<Need> needs() {
        return criterion.needs();
    }

    @Override
    public Footprint footprint() {
        return Footprint.ONE_LAYER;
    }

    @Override
    public Scope scope() {
        return criterion.scope();
    }

    @Override
    public Kept prune(Task task) {
        boolean[] live = new boolean[task.rows() * task.cols()];
        task.pattern().choose(criterion.score(task.subject()), task.rows(), task.cols(), task.keep(), live);
        return new Kept(task.subject().weights().copy().keep(live), live);
    }
}
