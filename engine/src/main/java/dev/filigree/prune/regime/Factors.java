package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Elementwise;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Slots;
import java.util.List;

/**
 * A matrix {@code L R} of low rank beside a weight {@code [rows x cols]}: L is {@code [rows x rank]}, R is {@code [rank x cols]}, each a
 * parameter that an optimizer can move.
 */
record Factors(Held left, Held right, int rank, int cols) {

    /** L is normal with a deviation of one, R is zero: at first the product is nothing, and R has a gradient. */
    static Factors begin(String name, Site site, int rank, Rng rng) {
        Factors f = of(name, Floats.allocate(site.rows() * rank), Floats.allocate(rank * site.cols()).fill(0f), rank, site.cols());
        for (int i = 0; i < f.l().length(); i++) {
            f.l().set(i, (float) rng.nextGaussian());
        }
        return f;
    }

    static Factors of(String name, Floats left, Floats right, int rank, int cols) {
        return new Factors(new Held(name + ".left", Dense.of(left.length(), 1, left)), new Held(name + ".right", Dense.of(right.length(), 1, right)), rank, cols);
    }

    Floats l() {
        return Slots.of(left.forward());
    }

    Floats r() {
        return Slots.of(right.forward());
    }

    List<Held> params() {
        return List.of(left, right);
    }

    /** Adds one row of the product. */
    void addRow(Elementwise k, int row, Floats out) {
        for (int i = 0; i < rank; i++) {
            k.axpy(l().get(row * rank + i), r().slice(i * cols, cols), out, 0, cols);
        }
    }

    /**
     * What a row of the product's gradient gives: {@code dL_row = d R^T} is written, {@code dR = L_row^T d} is added.
     *
     * @param d      {@code [cols]}
     * @param dLeft  {@code [rows x rank]}
     * @param dRight {@code [rank x cols]}
     */
    void learnRow(Elementwise k, int row, Floats d, Floats dLeft, Floats dRight) {
        for (int i = 0; i < rank; i++) {
            dLeft.set(row * rank + i, (float) k.dot(d, r().slice(i * cols, cols), 0, cols));
            k.axpy(l().get(row * rank + i), d, dRight.slice(i * cols, cols), 0, cols);
        }
    }
}
