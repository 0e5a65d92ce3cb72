package dev.filigree.app.sparsify;

import dev.filigree.app.KnownModel;
import dev.filigree.app.Registry;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.app.peer.PeerModel;
import dev.filigree.app.peer.PeerProcess;
import dev.filigree.base.UserError;
import dev.filigree.io.StoredEncoder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** ONNX Runtime on the same model, in 32-bit floats and quantised, each in a process of its own. */
public final class Rivals implements AutoCloseable {

    public static final String FP32 = "ONNX Runtime fp32";
    public static final String INT8 = "ONNX Runtime int8";

    private static final String NO_ONNX = "there is no ONNX file of this model";

    /** Sequences that a peer embeds together. */
    private static final int BATCH = 16;

    private final Map<String, PeerProcess> running = new LinkedHashMap<>();
    private final Map<String, Long> bytes = new LinkedHashMap<>();
    private final Map<String, String> absent = new LinkedHashMap<>();

    private Rivals() {
    }

    /** Starts what can be started; what cannot is noted with its reason, and the run goes on. */
    public static Rivals start(Source source, int threads) {
        if (source.fp32().isEmpty() && source.int8().isEmpty()) { // nothing that another runtime could run: do not fetch one
            return none(NO_ONNX);
        }
        Path runtime;
        try {
            runtime = Registry.jar(KnownModel.ONNX_RUNTIME);
        } catch (UserError e) {
            return none(e.getMessage());
        }
        Rivals rivals = new Rivals();
        StoredEncoder stored = source.stored();
        rivals.add(FP32, runtime, threads, source::fp32, NO_ONNX);
        rivals.add(INT8, runtime, threads, () -> source.int8().map(c -> Source.peer(Registry.jar(c), stored)), "no quantised twin of this model is known");
        return rivals;
    }

    /** No rivals, for this reason. */
    public static Rivals none(String why) {
        Rivals rivals = new Rivals();
        rivals.absent.put(FP32, why);
        rivals.absent.put(INT8, why);
        return rivals;
    }

    /** No rivals, and no reason to look for any. */
    static Rivals none() {
        return new Rivals();
    }

    private void add(String name, Path runtime, int threads, Supplier<Optional<PeerModel>> find, String otherwise) {
        try {
            Optional<PeerModel> model = find.get();
            if (model.isEmpty()) {
                absent.put(name, otherwise);
                return;
            }
            running.put(name, PeerProcess.start(runtime, model.get(), threads));
            bytes.put(name, Source.onnxBytes(model.get()));
        } catch (UserError | PeerFailure e) {
            absent.put(name, e.getMessage());
        }
    }

    /** Quality of a running rival, or empty when it failed. */
    public Optional<Quality> quality(String name, Judge judge) {
        PeerProcess peer = running.get(name);
        if (peer == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(judge.score(sequences -> embed(peer, sequences)));
        } catch (UserError e) {
            absent.put(name, e.getMessage());
            running.remove(name).close();
            return Optional.empty();
        }
    }

    /** Sorted by length on the way, so that a peer pads little. */
    private static float[][] embed(PeerProcess peer, List<int[]> sequences) {
        try {
            List<Integer> order = IntStream.range(0, sequences.size()).boxed().sorted(Comparator.comparingInt(i -> sequences.get(i).length)).toList();
            float[][] sorted = peer.embed(order.stream().map(sequences::get).toList(), BATCH);
            float[][] vectors = new float[sorted.length][];
            for (int i = 0; i < sorted.length; i++) {
                vectors[order.get(i)] = sorted[i];
            }
            return vectors;
        } catch (PeerFailure e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    /** Adds all rivals to a speed measurement, with the reasons of those that are missing. */
    public void join(Speed speed) {
        running.forEach(speed::peer);
        absent.forEach(speed::absent);
    }

    public List<String> names() {
        return List.copyOf(running.keySet());
    }

    /** Bytes of the file that a rival runs. */
    public long bytes(String name) {
        return bytes.get(name);
    }

    public Map<String, String> absent() {
        return absent;
    }

    @Override
    public void close() {
        running.values().forEach(PeerProcess::close);
    }
}
