package dev.filigree.app.kernels;

import dev.filigree.app.peer.KernelPeer;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run measures with: our kernels on one and on all threads, and the peers, started when first asked for. */
final class Lab implements AutoCloseable {

    private final Map<Integer, Compute> ours = new LinkedHashMap<>();
    private final Map<String, KernelPeer> peers = new LinkedHashMap<>();
    private final Map<String, String> absent = new LinkedHashMap<>();

    Lab(Kernels kernels, int threads) {
        ours.put(1, new Compute(kernels, Parallel.single()));
        if (threads > 1) {
            ours.put(threads, new Compute(kernels, new Parallel(threads)));
        }
    }

    /** One, and all of them when that is more. */
    List<Integer> threadCounts() {
        return List.copyOf(ours.keySet());
    }

    Compute compute(int threads) {
        return ours.get(threads);
    }

    /**
     * A library with so many threads, alone in its process.
     *
     * @throws PeerFailure it cannot be had; the reason is kept and said once for the whole run
     */
    KernelPeer peer(NativeLibrary library, int threads) throws PeerFailure {
        String reason = absent.get(library.label());
        if (reason != null) {
            throw new PeerFailure(reason);
        }
        String key = library + " " + threads;
        KernelPeer peer = peers.get(key);
        if (peer == null) {
            try {
                peer = KernelPeer.start(library, threads);
                peers.put(key, peer);
            } catch (PeerFailure e) {
                absent.put(library.label(), e.getMessage());
                throw e;
            }
        }
        return peer;
    }

    /** Why libraries are missing, by name. */
    Map<String, String> absent() {
        return absent;
    }

    /** Frees what the peers made for a case. One that does not answer any more is ended; the next case starts it anew. */
    void clear() {
        List<String> dead = new ArrayList<>();
        peers.forEach((key, peer) -> {
            try {
                peer.drop();
            } catch (PeerFailure e) {
                dead.add(key);
            }
        });
        dead.forEach(key -> peers.remove(key).close());
    }

    @Override
    public void close() {
        peers.values().forEach(KernelPeer::close);
        ours.values().forEach(c -> c.parallel().close());
    }
}
