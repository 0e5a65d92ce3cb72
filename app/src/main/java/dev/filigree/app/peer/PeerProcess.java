package dev.filigree.app.peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime in a process of its own, running an encoder. Rounds of it and of our own engine can alternate, for it uses
 * no processor time between commands. Not safe for several threads.
 */
public final class PeerProcess implements AutoCloseable {

    private static final String SOURCE = "OnnxPeer.java";
    private static final int EMBED_SECONDS = 600;
    /** Added to a round's own length: warm-up and the last batch may take that long on a slow machine. */
    private static final int ROUND_GRACE_SECONDS = 120;

    /** One timed round. */
    public record Round(long sequences, double seconds) {

        public double sequencesPerSecond() {
            return sequences / seconds;
        }
    }

    private final SourceProcess process;

    private PeerProcess(SourceProcess process) {
        this.process = process;
    }

    /**
     * Starts a peer and waits until it has loaded its model.
     *
     * @param onnxRuntime the onnxruntime jar, native libraries included
     * @param threads threads within an operator
     * @throws PeerFailure it could not be started, or could not load the model
     */
    public static PeerProcess start(Path onnxRuntime, PeerModel model, int threads) throws PeerFailure {
        if (!Files.isRegularFile(onnxRuntime)) {
            throw new PeerFailure(onnxRuntime + " is missing");
        }
        if (!Files.isRegularFile(model.file())) {
            throw new PeerFailure(model.file() + " is missing");
        }
        return new PeerProcess(SourceProcess.start(List.of(SOURCE), List.of("-cp", onnxRuntime.toString()), Map.of(), List.of(model.file().toString(),
                model.entry() == null ? "-" : model.entry(), model.pooling().name(), Integer.toString(threads), Integer.toString(model.vocabulary()))));
    }

    /**
     * Pooled embeddings of length one.
     *
     * @param sequences token ids, special tokens included; at least one
     * @param batch how many run together, padded to the longest of them and masked
     * @return [sequences x dimension]
     */
    public float[][] embed(List<int[]> sequences, int batch) throws PeerFailure {
        Path in = process.folder().resolve("sequences");
        Path out = process.folder().resolve("vectors");
        try {
            writeSequences(in, sequences);
            Files.deleteIfExists(out);
            process.ask("embed\t" + in + "\t" + out + "\t" + batch, EMBED_SECONDS);
            return readVectors(out);
        } catch (IOException e) {
            throw new PeerFailure("the peer's embeddings could not be exchanged (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Runs whole batches of full-length sequences for at least {@code seconds}; the first round of a shape is preceded
     * by an untimed warm-up. The time covers filling the input, the encoder and pooling, not the tokenizer.
     */
    public Round round(int batch, int length, double seconds) throws PeerFailure {
        JsonNode answer = process.ask("round\t" + batch + "\t" + length + "\t" + seconds,
                (int) Math.ceil(seconds) + ROUND_GRACE_SECONDS);
        return new Round(answer.path("sequences").asLong(), answer.path("seconds").asDouble());
    }

    /** Ends the process and deletes its files. */
    @Override
    public void close() {
        process.close();
    }

    private static void writeSequences(Path file, List<int[]> sequences) throws IOException {
        try (DataOutputStream data = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            data.writeInt(sequences.size());
            for (int[] ids : sequences) {
                data.writeInt(ids.length);
                for (int id : ids) {
                    data.writeInt(id);
                }
            }
        }
    }

    private static float[][] readVectors(Path file) throws IOException {
        try (DataInputStream data = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            float[][] vectors = new float[data.readInt()][data.readInt()];
            for (float[] vector : vectors) {
                for (int j = 0; j < vector.length; j++) {
                    vector[j] = data.readFloat();
                }
            }
            return vectors;
        }
    }
}
