package dev.filigree.app.decode;

import dev.filigree.app.peer.DecoderPeer;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.base.UserError;
import dev.filigree.infer.Precision;
import dev.filigree.io.DType;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.GgufWriter;
import dev.filigree.io.StoredDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Other engines with the same shape, whose rounds alternate with ours of as many bits; who cannot be had is named with the reason. */
final class Peers implements AutoCloseable {

    private static final String LLAMA_CPP = "llama.cpp";
    private static final String JLAMA = "Jlama";
    private static final int WARM_SECONDS = 3;

    private final DecoderConfig config;
    private final Map<String, String> absent = new LinkedHashMap<>();
    private final Map<DType, Path> files = new LinkedHashMap<>();

    Peers(DecoderConfig config) {
        this.config = config;
    }

    Map<String, String> absent() {
        return absent;
    }

    /** Starts those that run beside our models of {@code precision}. */
    List<Peer> start(Precision precision, int threads) {
        List<Peer> all = new ArrayList<>();
        switch (precision) {
            case FP32 -> { }
            case BF16 -> start(all, LLAMA_CPP, "F16", threads, DType.F16);
            case INT8 -> {
                start(all, LLAMA_CPP, "Q8_0", threads, DType.Q8_0);
                start(all, JLAMA, "Q4 x I8", threads, null);
            }
        }
        return all;
    }

    /** @param type null for Jlama, which makes its weights itself */
    private void start(List<Peer> all, String name, String weights, int threads, DType type) {
        try {
            DecoderPeer peer = type == null ? DecoderPeer.jlama(config, threads) : DecoderPeer.llamaCpp(file(type), threads, config.context());
            all.add(new Peer(name, weights, threads, peer));
        } catch (PeerFailure | UserError | IOException e) {
            absent.put(name + " " + weights, String.valueOf(e.getMessage()));
        }
    }

    /** A model of noise as GGUF, written once for any number of threads. */
    private Path file(DType type) throws IOException {
        if (!files.containsKey(type)) {
            Path file = Files.createTempFile("filigree", ".gguf");
            files.put(type, file);
            try (StoredDecoder noise = RandomDecoder.of(config)) {
                new GgufWriter(noise, type).write(file);
            }
        }
        return files.get(type);
    }

    @Override
    public void close() {
        files.values().forEach(Peers::delete);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // left for the system's own cleaning of its temporary folder
        }
    }

    /** One engine in a process of its own. */
    final class Peer implements AutoCloseable {

        private final String name;
        private final String weights;
        private final int threads;
        private final DecoderPeer peer;
        private final List<Double> seconds = new ArrayList<>();

        private Peer(String name, String weights, int threads, DecoderPeer peer) {
            this.name = name;
            this.weights = weights;
            this.threads = threads;
            this.peer = peer;
        }

        void warm(double round) {
            timed(Math.min(WARM_SECONDS, 10 * round));
            seconds.clear();
        }

        void round(double atLeast) {
            timed(atLeast);
        }

        private void timed(double atLeast) {
            try {
                if (!absent.containsKey(name + " " + weights)) {
                    seconds.add(peer.round(atLeast));
                }
            } catch (PeerFailure e) {
                absent.put(name + " " + weights, e.getMessage());
                seconds.clear();
            }
        }

        /** Adds what was measured. */
        void report(List<Speed> to) {
            if (!seconds.isEmpty()) {
                to.add(new Speed(name, weights, threads, 0, seconds.stream().mapToDouble(d -> d).toArray(), new double[0]));
            }
        }

        @Override
        public void close() {
            peer.close();
        }
    }
}
