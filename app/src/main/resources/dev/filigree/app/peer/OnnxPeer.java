import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * ONNX Runtime as a peer in a process of its own, so that neither side's threads, heap or caches disturb the other's
 * figures. Started from this source file by the JDK's source launcher with the onnxruntime jar alone on the class path;
 * it knows nothing of Filigree (PeerProcess is its other half).
 *
 * <pre>java -cp onnxruntime.jar OnnxPeer.java MODEL ENTRY POOLING THREADS VOCABULARY</pre>
 *
 * MODEL is an .onnx file and ENTRY is "-", or MODEL is a jar and ENTRY the .onnx file within it; POOLING is MEAN or CLS.
 * Then one command on each line of standard input, answered by one line of JSON, {"error": "..."} when it failed:
 *
 * <pre>
 * embed IN OUT BATCH           token ids of IN -> pooled unit vectors in OUT (both big-endian: int sequences, then for
 *                              each an int length and int ids | int sequences, int dimension, floats)
 * round BATCH LENGTH SECONDS   whole batches of that shape until SECONDS have passed -> {"sequences": n, "seconds": s}
 * </pre>
 *
 * Threads: THREADS within an operator (spinning while busy, the runtime's default), one operator at a time.
 */
public final class OnnxPeer {

    private static final int WARM_UP_BATCHES = 3;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final boolean clsPooling;
    private final int vocabulary;
    private String warmShape = "";

    private OnnxPeer(String model, String entry, String pooling, int threads, int vocabulary)
            throws OrtException, IOException {
        this.clsPooling = pooling.equals("CLS");
        this.vocabulary = vocabulary;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            this.session = entry.equals("-")
                    ? environment.createSession(model, options)
                    : environment.createSession(entryOf(model, entry), options);
        }
    }

    public static void main(String[] args) throws IOException {
        OnnxPeer peer;
        try {
            peer = new OnnxPeer(args[0], args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        } catch (OrtException | IOException | LinkageError e) {
            System.out.println(error(e));
            return;
        }
        System.out.println("{\"ready\": true}");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(peer.answer(line.split("\t")));
        }
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "embed" -> embed(Path.of(words[1]), Path.of(words[2]), Integer.parseInt(words[3]));
                case "round" -> round(Integer.parseInt(words[1]), Integer.parseInt(words[2]),
                        Double.parseDouble(words[3]));
                default -> throw new IllegalArgumentException("unknown command " + words[0]);
            };
        } catch (OrtException | IOException | RuntimeException e) {
            return error(e);
        }
    }

    private String embed(Path in, Path out, int batch) throws IOException, OrtException {
        int[][] sequences = readSequences(in);
        try (DataOutputStream data = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(out)))) {
            for (int from = 0; from < sequences.length; from += batch) {
                int to = Math.min(from + batch, sequences.length);
                float[][] vectors = run(Arrays.copyOfRange(sequences, from, to));
                if (from == 0) {
                    data.writeInt(sequences.length);
                    data.writeInt(vectors[0].length);
                }
                for (float[] vector : vectors) {
                    for (float v : vector) {
                        data.writeFloat(v);
                    }
                }
            }
        }
        return "{\"sequences\": " + sequences.length + "}";
    }

    private String round(int batch, int length, double seconds) throws OrtException {
        int[][] sequences = new int[batch][length];
        for (int i = 0; i < batch; i++) {
            for (int t = 0; t < length; t++) {
                sequences[i][t] = (int) ((1L + i * 7919L + t * 104729L) % vocabulary);
            }
        }
        String shape = batch + " x " + length;
        if (!shape.equals(warmShape)) { // the first runs of a shape also plan its memory
            for (int i = 0; i < WARM_UP_BATCHES; i++) {
                run(sequences);
            }
            warmShape = shape;
        }
        long done = 0;
        long start = System.nanoTime();
        double elapsed;
        do {
            run(sequences);
            done += batch;
            elapsed = (System.nanoTime() - start) * 1e-9;
        } while (elapsed < seconds);
        return "{\"sequences\": " + done + ", \"seconds\": " + elapsed + "}";
    }

    /** Pads one batch to its longest sequence, runs it, pools over real tokens and scales to length one. */
    private float[][] run(int[][] sequences) throws OrtException {
        int batch = sequences.length;
        int length = 1;
        for (int[] s : sequences) {
            length = Math.max(length, s.length);
        }
        long[] ids = new long[batch * length];
        long[] mask = new long[batch * length];
        for (int i = 0; i < batch; i++) {
            for (int t = 0; t < sequences[i].length; t++) {
                ids[i * length + t] = sequences[i][t];
                mask[i * length + t] = 1;
            }
        }
        Map<String, long[]> known = Map.of("input_ids", ids, "attention_mask", mask,
                "token_type_ids", new long[batch * length]);
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        long[] shape = {batch, length};
        try {
            for (String name : session.getInputNames()) {
                if (!known.containsKey(name)) {
                    throw new IllegalArgumentException("the model has an input '" + name + "', expected " + known.keySet());
                }
                inputs.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(known.get(name)), shape));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                OnnxTensor states = (OnnxTensor) result.get(0);
                long[] found = ((TensorInfo) states.getInfo()).getShape();
                if (found.length != 3) {
                    throw new IllegalArgumentException("the model's first output has " + found.length
                            + " dimensions, expected [batch x tokens x width]");
                }
                return pooled(states.getFloatBuffer(), sequences, length, (int) found[2]);
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** @param states [batch x length x width] */
    private float[][] pooled(FloatBuffer states, int[][] sequences, int length, int width) {
        float[][] vectors = new float[sequences.length][width];
        float[] token = new float[width];
        for (int i = 0; i < vectors.length; i++) {
            float[] sum = vectors[i];
            int tokens = clsPooling ? 1 : sequences[i].length;
            for (int t = 0; t < tokens; t++) {
                states.get((i * length + t) * width, token);
                for (int j = 0; j < width; j++) {
                    sum[j] += token[j];
                }
            }
            double square = 0;
            for (float v : sum) {
                square += (double) v * v;
            }
            float scale = (float) (1 / Math.max(Math.sqrt(square), 1e-12));
            for (int j = 0; j < width; j++) {
                sum[j] *= scale;
            }
        }
        return vectors;
    }

    private static int[][] readSequences(Path file) throws IOException {
        try (DataInputStream data = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int[][] sequences = new int[data.readInt()][];
            for (int i = 0; i < sequences.length; i++) {
                sequences[i] = new int[data.readInt()];
                for (int t = 0; t < sequences[i].length; t++) {
                    sequences[i][t] = data.readInt();
                }
            }
            return sequences;
        }
    }

    private static byte[] entryOf(String jar, String entry) throws IOException {
        try (ZipFile zip = new ZipFile(jar)) {
            ZipEntry found = zip.getEntry(entry);
            if (found == null) {
                throw new FileNotFoundException(jar + " has no entry " + entry);
            }
            return zip.getInputStream(found).readAllBytes();
        }
    }

    private static String error(Throwable e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        String text = (e.getClass().getSimpleName() + ": " + line).replaceAll("[\\p{Cntrl}]", " ")
                .replace("\\", "\\\\").replace("\"", "\\\"");
        return "{\"error\": \"" + text + "\"}";
    }
}
