package dev.filigree.app.sparsify;

import dev.filigree.base.Floats;
import dev.filigree.model.Bert;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Weight;

/** Copies of an encoder that may be changed without changing it. */
final class Students {

    private Students() {
    }

    /**
     * A model whose weights can be replaced and whose vectors (biases, LayerNorms) can be trained: it shares the tables
     * and the packed matrices of {@code model}, which are never written to.
     */
    static Bert of(Bert model) {
        return new Bert(model.config(), (name, rows, cols) -> {
            Weight w = model.param(name).forward();
            return cols == 1 ? Dense.of(rows, 1, Floats.allocate(rows).copyFrom(((Dense) w).floats())) : w;
        });
    }
}
