package dev.filigree.app.kernels;

import java.util.function.Consumer;

/**
 * One question that a family asks: a weight of one shape and so many tokens.
 *
 * @param model  whose shape this is: "MiniLM"
 * @param enter  makes the contestants; what it allocates goes with the case
 */
record Case(String model, int rows, int cols, int tokens, Consumer<Entrants> enter) {

    /** "MiniLM 384x1536". */
    String shape() {
        return model + " " + rows + "x" + cols;
    }
}
