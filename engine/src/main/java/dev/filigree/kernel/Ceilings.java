package dev.filigree.kernel;

import dev.filigree.base.Floats;

/** Loops that do nothing useful but are as fast as the machine allows: what every other kernel is measured against. */
public interface Ceilings {

    /** Multiply-adds in one round of {@link #multiplyAdds}. */
    int multiplyAddsPerRound();

    /** Independent chains of {@code v = v * factor + 1 - factor} that never leave the registers; the sum of their ends. */
    float multiplyAdds(int rounds, float factor);

    /** Reads {@code count} elements from {@code from} in order, both multiples of 128, and returns their sum. */
    float read(Floats x, int from, int count);
}
