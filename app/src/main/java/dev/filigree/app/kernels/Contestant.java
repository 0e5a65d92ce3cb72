package dev.filigree.app.kernels;

import dev.filigree.app.peer.PeerFailure;

/**
 * One way to compute what a case asks for.
 *
 * @param name      "csr 80 %", "MKL sgemm tokens"; the same in every case of a family
 * @param role      what it is compared as
 * @param threads   that compute
 * @param sparsity  of the weight, as asked for; 0 for dense
 * @param flops     of one call: two for each multiply-add that the weight's stored positions ask for
 * @param bytes     that one call cannot avoid to move: weight, inputs and outputs once
 * @param expected  its sampled outputs by the definition; empty when there is nothing to compare
 * @param tolerance largest difference to them, relative to the largest of them
 * @param turn      how it computes
 */
record Contestant(String name, Role role, int threads, double sparsity, double flops, double bytes, double[] expected, double tolerance, Turn turn) {

    /** Outputs in 32-bit floats agree this well whatever the order of their sums. */
    static final double FLOAT_TOLERANCE = 1e-4;

    /** What a contestant is compared as. */
    enum Role {
        OURS,
        /** A native fp32 dense product: the fastest of them is what figures are relative to. */
        NATIVE,
        /** A native sparse product, compared with ours at the same sparsity. */
        NATIVE_SPARSE,
        /** A native product in fewer bits: shown, not compared. */
        NATIVE_OTHER,
        /** A native dense training step, the update and the library's own bookkeeping included: shown, and ours is compared with it. */
        NATIVE_STEP,
        /** What the machine allows: a read of so many bytes. */
        LIMIT
    }

    /** Runs rounds of calls. */
    interface Turn {
        /** Calls for at least {@code seconds}; returns the seconds of one call. */
        double round(double seconds) throws PeerFailure;

        /** The sampled outputs of the last call. */
        float[] samples() throws PeerFailure;
    }
}
