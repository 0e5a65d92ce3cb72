package dev.filigree.app.peer;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A native library in a process of its own, computing single products on operands that it makes itself. Rounds of it and
 * of our own kernels can alternate, for it uses no processor time between commands. Not safe for several threads.
 */
public final class KernelPeer implements AutoCloseable {

    private static final int PREPARE_SECONDS = 300;
    /** Added to a round's own length: its last call may take that long on a slow machine. */
    private static final int GRACE_SECONDS = 120;

    private final SourceProcess process;

    private KernelPeer(SourceProcess process) {
        this.process = process;
    }

    /**
     * Fetches the library when needed, starts it and waits until it is loaded.
     *
     * @throws PeerFailure it could not be had on this system, or could not be started
     */
    public static KernelPeer start(NativeLibrary library, int threads) throws PeerFailure {
        return new KernelPeer(library.start(threads));
    }

    /**
     * Makes the operands of an operation and computes it once.
     *
     * @param operation words separated by tabs, as the sources of the peers explain them
     * @return the operation's number
     */
    public int prepare(String operation) throws PeerFailure {
        return process.ask("prepare\t" + operation, PREPARE_SECONDS).path("id").asInt();
    }

    /** A few outputs of its last call. */
    public float[] samples(int id) throws PeerFailure {
        JsonNode values = process.ask("samples\t" + id, PREPARE_SECONDS).path("samples");
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i).isNull() ? Float.NaN : (float) values.get(i).asDouble();
        }
        return out;
    }

    /** Calls it for at least {@code seconds} and returns the seconds of one call. */
    public double round(int id, double seconds) throws PeerFailure {
        JsonNode answer = process.ask("round\t" + id + "\t" + seconds, (int) Math.ceil(seconds) + GRACE_SECONDS);
        return answer.path("seconds").asDouble() / answer.path("calls").asLong();
    }

    /** Frees the operands of all operations; their numbers must not be used again. */
    public void drop() throws PeerFailure {
        process.ask("drop", PREPARE_SECONDS);
    }

    /** Ends the process and deletes its files. */
    @Override
    public void close() {
        process.close();
    }
}
