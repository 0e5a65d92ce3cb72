package dev.filigree.infer.policy;

import dev.filigree.ops.Held;

/** What a policy does to the product of one site, token by token. The same inputs give the same bits; it remembers nothing. */
@FunctionalInterface
public interface Gate {

    /** Reads everything. */
    Gate OPEN = v -> { };

    /** Sets to zero what is not used: of the inputs of one token, or of its outputs. */
    void close(float[] v);

    /** Whether {@link #close} sees what comes out of the product, its activation included, and not what goes in. */
    default boolean outputs() {
        return false;
    }

    /** What inputs that are not read are multiplied with instead; null for nothing. */
    default Thin rest() {
        return null;
    }

    /**
     * A product of low rank, {@code out (in x)}.
     *
     * @param in  {@code [rank x inputs]}
     * @param out {@code [outputs x rank]}
     */
    record Thin(Held in, Held out) {

        public long bytes() {
            return in.forward().bytes() + out.forward().bytes();
        }
    }
}
