package dev.filigree.infer.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.model.CausalModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Levels of a policy in a file beside the model, so that they are found only once. It names the checksum of the model that they were found with. */
public final class PolicyFile {

    private static final int VERSION = 1;
    private static final long LONGEST = 64L << 20;
    /** What the weights of a model may be stored in. */
    private static final List<String> WEIGHTS = List.of(".safetensors", ".bin", ".gguf");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private PolicyFile() {
    }

    /** What stands in the file. */
    private record Stored(int version, String policy, String model, Map<String, Level> levels) {
    }

    /**
     * Where levels of a policy are kept.
     *
     * @param model  its file or folder
     * @param asked  the policy with its settings
     */
    public static Path place(Path model, String asked) {
        Path folder = Files.isDirectory(model) ? model : model.toAbsolutePath().getParent();
        return folder.resolve("policies").resolve(asked.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^-|-$", "") + ".json");
    }

    /** The checksum of a model's weights: CRC-32C of the file, or of all such files of a folder by name. */
    public static String checksum(Path model) {
        CRC32C sum = new CRC32C();
        try (Stream<Path> files = Files.isDirectory(model) ? Files.list(model) : Stream.of(model)) {
            for (Path file : files.filter(f -> !Files.isDirectory(f) && (f.equals(model) || WEIGHTS.stream().anyMatch(f.toString()::endsWith))).sorted().toList()) {
                try (FileChannel in = FileChannel.open(file)) {
                    ByteBuffer some = ByteBuffer.allocateDirect(1 << 20);
                    while (in.read(some) >= 0) {
                        sum.update(some.flip());
                        some.clear();
                    }
                }
            }
        } catch (IOException e) {
            throw new UserError(model + ": cannot be read");
        }
        return String.format(Locale.ROOT, "crc32c:%08x", sum.getValue());
    }

    /** Writes the file; a {@code UserError} says why it cannot be written. */
    public static void write(Path file, Gates gates, String checksum) {
        try {
            AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Stored(VERSION, gates.policy(), checksum, new TreeMap<>(gates.levels()))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads the file; empty when there is none.
     *
     * @param asked    the policy that it must be of
     * @param checksum of the model that it must have been made with
     */
    public static Optional<Gates> read(Path file, String asked, CausalModel model, String checksum) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Stored stored;
        try {
            if (Files.size(file) > LONGEST) {
                throw fault(file, "holds " + Files.size(file) + " bytes");
            }
            stored = JSON.readValue(Files.readAllBytes(file), Stored.class);
        } catch (IOException e) {
            Throwable cause = e.getCause() instanceof UserError u ? u : e;
            throw fault(file, "holds no thresholds of a policy (" + (cause instanceof JsonProcessingException j ? j.getOriginalMessage() : cause.getMessage()) + ")");
        }
        if (stored == null || stored.version != VERSION || stored.levels == null || stored.levels.containsValue(null)) {
            throw fault(file, stored == null || stored.version == VERSION ? "is incomplete" : "is of version " + stored.version + ", expected " + VERSION);
        }
        if (!asked.equals(stored.policy)) {
            throw fault(file, "is of the policy '" + stored.policy + "', expected '" + asked + "'");
        }
        if (!checksum.equals(stored.model)) {
            throw fault(file, "was made with a model of checksum " + stored.model + ", this one has " + checksum);
        }
        try {
            return Optional.of(Gates.of(asked, model, stored.levels));
        } catch (UserError e) {
            throw fault(file, "does not fit: " + e.getMessage());
        }
    }

    private static UserError fault(Path file, String found) {
        return new UserError(file + ": " + found + "; delete it, and thresholds are found anew");
    }
}
