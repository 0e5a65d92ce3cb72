package dev.filigree.prune.method;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.calib.Need;
import dev.filigree.prune.Curvature;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Scope;
import dev.filigree.prune.Subject;
import dev.filigree.prune.criterion.Criterion;
import dev.filigree.prune.criterion.Obs;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What methods share that settle the weights of a layer from left to right and let those to the right make up for it, by the inverse Gram matrix of the
 * layer's inputs ({@link Curvature}): they rank as {@link Obs} does, and their rows do not depend on each other.
 */
interface Compensating extends Method {

    /** Rows of a task: fixed, so that no bit depends on the number of threads. */
    int ROWS = 8;

    /** Share of the mean diagonal added to the Gram matrix. */
    double damp();

    /** @throws UserError what was set is not above zero */
    static void checkDamp(String method, double damp) {
        if (!(damp > 0)) {
            throw new UserError("setting 'damp' of " + method + ": found " + damp + ", expected more than 0");
        }
    }

    @Override
    default Set<Need> needs() {
        return Set.of(Need.GRAM);
    }

    @Override
    default Footprint footprint() {
        return Footprint.ONE_LAYER;
    }

    @Override
    default Scope scope() {
        return Scope.LAYER;
    }

    @Override
    default Criterion criterion() {
        return new Obs(damp());
    }

    /** The inverse Gram matrix of a layer's inputs. */
    default Curvature curvature(Subject s) {
        return Curvature.of(s.site().name(), s.evidence().of(s.site(), Need.GRAM), s.weights().cols(), damp(), s.compute().parallel());
    }

    /** Does something with each of {@code rows} rows. */
    static void eachRow(Parallel parallel, int rows, IntConsumer body) {
        parallel.run(Math.ceilDiv(rows, ROWS), t -> {
            for (int r = t * ROWS; r < Math.min(rows, (t + 1) * ROWS); r++) {
                body.accept(r);
            }
        });
    }
}
