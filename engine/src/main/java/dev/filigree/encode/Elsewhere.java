package dev.filigree.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Where the folder of an encoder lies of which an index keeps no more than queries need.
 *
 * @param folder      absolute
 * @param fingerprint of its files, so that documents are encoded by this encoder or not at all
 * @param bytes       of its files
 */
record Elsewhere(String folder, String fingerprint, long bytes) {

    private static final String FILE = "elsewhere.json";
    private static final long CHUNK = 1 << 26;
    private static final int DEEPEST = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    static Elsewhere of(Path folder) {
        CRC32C sum = new CRC32C();
        long bytes = 0;
        for (Path file : files(folder)) {
            sum.update(folder.relativize(file).toString().replace('\\', '/').getBytes(StandardCharsets.UTF_8));
            try (Arena arena = Arena.ofShared(); FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
                MemorySegment all = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
                for (long at = 0; at < all.byteSize(); at += CHUNK) {
                    sum.update(all.asSlice(at, Math.min(CHUNK, all.byteSize() - at)).asByteBuffer());
                }
                bytes += all.byteSize();
            } catch (IOException e) {
                throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
            }
        }
        return new Elsewhere(folder.toAbsolutePath().normalize().toString(), Long.toHexString(sum.getValue()), bytes);
    }

    /** Settings, tokenizers and weights below a folder, in order. */
    static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder, DEEPEST)) {
            return all.filter(f -> f.toString().endsWith(".json") || f.toString().endsWith(".safetensors")).filter(Files::isRegularFile)
                    .filter(f -> !f.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Notes it in a folder. */
    void write(Path noted) {
        try {
            AtomicFile.write(noted.resolve(FILE), JSON.writeValueAsBytes(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a folder notes; empty where it holds all. */
    static Optional<Elsewhere> in(Path noted) {
        Path file = noted.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Elsewhere e = JSON.readValue(Files.readString(file), Elsewhere.class);
            if (e == null || e.folder == null || e.fingerprint == null) {
                throw new UserError(file + ": names no folder; the file is damaged, make the index again");
            }
            return Optional.of(e);
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": is damaged (" + e.getOriginalMessage().lines().findFirst().orElse("") + "); make the index again", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** The folder, which must hold what it held. */
    Path verified() {
        Path there = Path.of(folder);
        if (!Files.isDirectory(there)) {
            throw new UserError(folder + ": is not there, but the index keeps no more of its encoder than queries need; put the encoder back to add documents");
        }
        if (!of(there).fingerprint.equals(fingerprint)) {
            throw new UserError(folder + ": holds another encoder than the one that the index was made with; put that one back to add documents");
        }
        return there;
    }
}
