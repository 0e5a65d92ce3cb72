package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import java.util.Locale;

/** The kinds of recurrent layers. */
public enum Cell {
    /** {@code h = tanh(W x + U h + b)} (Elman 1990). */
    TANH(1),
    /** {@code h = max(0, W x + U h + b)} (Le et al. 2015, arXiv:1504.00941). */
    RELU(1),
    /** A gated recurrent unit whose reset gate follows its product (Cho et al. 2014, arXiv:1406.1078). */
    GRU(3),
    /** Long short-term memory (Hochreiter and Schmidhuber 1997); its forget gate begins open. */
    LSTM(4);

    private final int parts;

    Cell(int parts) {
        this.parts = parts;
    }

    /** The kind of that name. */
    static Cell parse(String name) {
        for (Cell c : values()) {
            if (c.name().toLowerCase(Locale.ROOT).equals(name)) {
                return c;
            }
        }
        throw new UserError("recurrent cell: found '" + name + "', expected tanh, relu, gru or lstm");
    }

    /** Rows of the products for each hidden unit. */
    int parts() {
        return parts;
    }

    /** What a plain cell does with its sum. */
    Activation plain() {
        return this == RELU ? Activation.RELU : Activation.TANH;
    }
}
