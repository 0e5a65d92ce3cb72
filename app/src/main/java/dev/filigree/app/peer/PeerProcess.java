package dev.filigree.app.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * ONNX Runtime in a process of its own, driven over standard input and output. The peer's program travels as one source
 * file beside this class and is started by the JDK's source launcher, so that it needs nothing but a JDK and the
 * onnxruntime jar, and neither Filigree nor its class path is in the way of what is measured.
 *
 * <p>Between commands the peer waits for a line and uses no processor time: rounds of it and of our own engine can
 * alternate. Not safe for several threads.
 */
public final class PeerProcess implements AutoCloseable {

    private static final String SOURCE = "OnnxPeer.java";
    private static final int START_SECONDS = 120;
    private static final int EMBED_SECONDS = 600;
    /** Added to a round's own length: warm-up and the last batch may take that long on a slow machine. */
    private static final int ROUND_GRACE_SECONDS = 120;
    private static final String ENDED = "";

    /** One timed round. */
    public record Round(long sequences, double seconds) {

        public double sequencesPerSecond() {
            return sequences / seconds;
        }
    }

    private final Path folder;
    private final Process process;
    private final BufferedWriter commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final ObjectMapper json = new ObjectMapper();

    private PeerProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().name("peer-answers").start(this::collectAnswers);
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
        Path folder = null;
        try {
            folder = Files.createTempDirectory("filigree-peer");
            Path source = folder.resolve(SOURCE);
            try (InputStream in = PeerProcess.class.getResourceAsStream(SOURCE)) {
                Files.copy(in, source);
            }
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    // The peer's own heap holds a batch and, while loading, the model: nothing for a collector to do.
                    "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                    // The runtime unpacks its native libraries: into our folder, which close() deletes.
                    "-Djava.io.tmpdir=" + folder,
                    "-cp", onnxRuntime.toString(), source.toString(),
                    model.file().toString(), model.entry() == null ? "-" : model.entry(), model.pooling().name(),
                    Integer.toString(threads), Integer.toString(model.vocabulary()));
            // Options that a person set for their own programs must not print into, or change, the peer's.
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().remove("JDK_JAVA_OPTIONS");
            builder.redirectError(folder.resolve("stderr").toFile());
            PeerProcess peer = new PeerProcess(folder, builder.start());
            try {
                peer.await(START_SECONDS);
            } catch (PeerFailure e) {
                peer.close();
                throw e;
            }
            return peer;
        } catch (IOException e) {
            delete(folder);
            throw new PeerFailure("the peer process could not be started (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Pooled embeddings of length one.
     *
     * @param sequences token ids, special tokens included; at least one
     * @param batch how many run together, padded to the longest of them and masked
     * @return [sequences x dimension]
     */
    public float[][] embed(List<int[]> sequences, int batch) throws PeerFailure {
        Path in = folder.resolve("sequences");
        Path out = folder.resolve("vectors");
        try {
            writeSequences(in, sequences);
            Files.deleteIfExists(out);
            ask("embed\t" + in + "\t" + out + "\t" + batch, EMBED_SECONDS);
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
        JsonNode answer = ask("round\t" + batch + "\t" + length + "\t" + seconds,
                (int) Math.ceil(seconds) + ROUND_GRACE_SECONDS);
        return new Round(answer.path("sequences").asLong(), answer.path("seconds").asDouble());
    }

    /** Ends the process and deletes its files. */
    @Override
    public void close() {
        process.destroyForcibly(); // it holds nothing that needs an orderly end
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete(folder);
    }

    private JsonNode ask(String command, int seconds) throws PeerFailure {
        try {
            commands.write(command);
            commands.newLine();
            commands.flush();
        } catch (IOException e) {
            throw new PeerFailure(obituary(), e);
        }
        return await(seconds);
    }

    private JsonNode await(int seconds) throws PeerFailure {
        String line;
        try {
            line = answers.poll(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerFailure("interrupted while waiting for the peer", e);
        }
        if (line == null) {
            process.destroyForcibly(); // a late answer must not be taken for the next one's
            throw new PeerFailure("the peer gave no answer within " + seconds + " seconds");
        }
        if (line.equals(ENDED)) {
            answers.add(ENDED); // for whoever asks again
            throw new PeerFailure(obituary());
        }
        try {
            JsonNode answer = json.readTree(line);
            if (answer.has("error")) {
                throw new PeerFailure(answer.get("error").asText());
            }
            return answer;
        } catch (JsonProcessingException e) {
            throw new PeerFailure("the peer answered '" + line + "'", e);
        }
    }

    private void collectAnswers() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().filter(line -> !line.isBlank()).forEach(answers::add);
        } catch (IOException | RuntimeException e) {
            // The pipe broke because the process is gone; the marker below says so.
        }
        answers.add(ENDED);
    }

    /** Why the process ended, as far as its error stream tells. */
    private String obituary() {
        String exit = "";
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                exit = " with exit code " + process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String last = "";
        try (Stream<String> lines = Files.lines(folder.resolve("stderr"))) {
            last = lines.filter(l -> !l.isBlank() && !l.startsWith("\tat ") && !l.startsWith("WARNING"))
                    .findFirst().map(l -> ": " + l.strip()).orElse("");
        } catch (IOException | RuntimeException e) {
            // Its error stream is a comfort, not a need.
        }
        return "the peer process ended" + exit + last;
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

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // Left for the system's own cleaning of its temporary folder.
        }
    }
}
