package dev.filigree.app.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A peer's program in a process of its own, driven over standard input and output: one line of words for a command, one
 * line of JSON for its answer. The program travels as one source file beside this class and is started by the JDK's
 * source launcher, so that it needs nothing but a JDK and its own library, and neither Filigree nor its class path is in
 * the way of what is measured. Between commands it waits for a line and uses no processor time. Not safe for several
 * threads.
 */
final class SourceProcess implements AutoCloseable {

    private static final int START_SECONDS = 120;
    private static final String ENDED = "";

    private final Path folder;
    private final Process process;
    private final BufferedWriter commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final ObjectMapper json = new ObjectMapper();

    private SourceProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().name("peer-answers").start(this::collectAnswers);
    }

    /**
     * Starts a program and waits until it says that it is ready.
     *
     * @param sources     files beside this class, the one to start first; the launcher finds the others beside it
     * @param options     for its Java machine: class path
     * @param environment added to this process's own
     * @throws PeerFailure it could not be started, or could not make itself ready
     */
    static SourceProcess start(List<String> sources, List<String> options, Map<String, String> environment, List<String> arguments) throws PeerFailure {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("filigree-peer");
            for (String source : sources) {
                try (InputStream in = SourceProcess.class.getResourceAsStream(source)) {
                    Files.copy(in, folder.resolve(source));
                }
            }
            List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    // The peer's own heap holds a batch and, while loading, a model: nothing for a collector to do.
                    "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                    // Runtimes unpack their native libraries: into our folder, which close() deletes.
                    "-Djava.io.tmpdir=" + folder));
            command.addAll(options);
            command.add(folder.resolve(sources.getFirst()).toString());
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command);
            // Options that a person set for their own programs must not print into, or change, the peer's.
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().remove("JDK_JAVA_OPTIONS");
            builder.environment().putAll(environment);
            builder.redirectError(folder.resolve("stderr").toFile());
            SourceProcess peer = new SourceProcess(folder, builder.start());
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

    /** A folder for files that travel between the two; it goes with the process. */
    Path folder() {
        return folder;
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

    /** The answer to a command; {@code {"error": ..}} is thrown. */
    JsonNode ask(String command, int seconds) throws PeerFailure {
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
