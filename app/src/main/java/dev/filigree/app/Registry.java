package dev.filigree.app;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Fetches published jars through the user's own Maven, so that mirrors, proxies and credentials are theirs, and keeps
 * them in a cache folder.
 */
public final class Registry {

    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
    private static final int LONGEST_MINUTES = 30;

    private Registry() {
    }

    /** The cache: {@code FILIGREE_CACHE}, else a folder in the user's home. */
    public static Path cache() {
        String asked = System.getenv("FILIGREE_CACHE");
        return asked == null || asked.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "filigree") : Path.of(asked);
    }

    /** Whether a jar is there already. */
    public static boolean cached(String coordinates) {
        return Files.isRegularFile(file(coordinates));
    }

    /**
     * The jar of {@code group:artifact:version} or {@code group:artifact:version:jar:classifier}, fetched when it is not in the cache.
     *
     * @throws UserError when there is no Maven, no network, no such jar or no room
     */
    public static Path jar(String coordinates) {
        Path target = file(coordinates);
        if (Files.isRegularFile(target)) {
            return target;
        }
        Path fresh = null;
        try {
            Files.createDirectories(cache());
            fresh = Files.createTempDirectory(cache(), "fetch");
            run(coordinates, fresh);
            Path fetched = fresh.resolve(target.getFileName());
            if (!Files.isRegularFile(fetched)) {
                throw new UserError(coordinates + ": Maven ended well but left no " + target.getFileName() + " in " + fresh);
            }
            Files.move(fetched, target, StandardCopyOption.ATOMIC_MOVE);
            return target;
        } catch (IOException e) {
            throw new UserError(cache() + ": cannot be written (" + e.getMessage() + "); set FILIGREE_CACHE to a folder with room", e);
        } finally {
            delete(fresh);
        }
    }

    private static Path file(String coordinates) {
        String[] part = coordinates.split(":");
        return cache().resolve(part[1] + "-" + part[2] + (part.length > 4 ? "-" + part[4] : "") + ".jar");
    }

    private static void run(String coordinates, Path into) throws IOException {
        Path log = into.resolve("log");
        Process maven;
        try {
            maven = new ProcessBuilder(List.of("mvn", "-B", "-q", COPY, "-Dartifact=" + coordinates, "-DoutputDirectory=" + into.toAbsolutePath()))
                    .directory(into.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            throw new UserError(coordinates + ": fetching it needs Apache Maven and mvn did not start; install it (package maven)", e);
        }
        try {
            maven.getOutputStream().close();
            if (!maven.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                throw new UserError(coordinates + ": Maven did not finish within " + LONGEST_MINUTES + " minutes; is the network up?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError(coordinates + ": interrupted while fetching", e);
        } finally {
            maven.destroyForcibly();
        }
        if (maven.exitValue() != 0) {
            String reason = Files.readString(log, StandardCharsets.UTF_8).lines().filter(l -> l.contains("ERROR")).findFirst().orElse("no reason given")
                    .replaceAll("\u001b\\[[0-9;]*m", "").replaceAll("https?://\\S+", "the registry");
            throw new UserError(coordinates + ": could not be fetched; is the network up? Maven says: " + reason);
        }
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            // a leftover folder in the cache does no harm
        }
    }
}
