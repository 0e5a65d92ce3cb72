package dev.filigree.app;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Fetches published jars through the user's own Maven and published archives of data through their own npm, so that mirrors,
 * proxies and credentials are theirs, and keeps them in a cache folder.
 */
public final class Registry {

    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
    private static final int LONGEST_MINUTES = 30;

    /**
     * What fetches.
     *
     * @param called as a person knows it
     * @param needs  how to get it
     * @param faulty what a line that gives a reason holds
     */
    private record Tool(String called, String program, String needs, String faulty) {
        static final Tool MAVEN = new Tool("Maven", "mvn", "Apache Maven", "ERROR");
        static final Tool NPM = new Tool("npm", "npm", "npm, which comes with Node.js", "npm err");
    }

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
        return fetched(coordinates, file(coordinates), Tool.MAVEN, into -> List.of("-B", "-q", COPY, "-Dartifact=" + coordinates, "-DoutputDirectory=" + into));
    }

    /**
     * The archive (tar, gzip) of the package {@code name@version}, fetched when it is not in the cache; nothing of it is run.
     *
     * @throws UserError when there is no npm, no network, no such package or no room
     */
    public static Path archive(String name) {
        return fetched(name, archiveFile(name), Tool.NPM, into -> List.of("pack", name, "--ignore-scripts", "--no-update-notifier", "--loglevel=error"));
    }

    /** Where the archive of a package lies once it was fetched. */
    public static Path archiveFile(String name) {
        return cache().resolve(name.replace('@', '-') + ".tgz");
    }

    private static Path fetched(String what, Path target, Tool tool, Function<Path, List<String>> arguments) {
        if (Files.isRegularFile(target)) {
            return target;
        }
        Path fresh = null;
        try {
            Files.createDirectories(cache());
            fresh = Files.createTempDirectory(cache(), "fetch");
            run(what, fresh, tool, arguments.apply(fresh.toAbsolutePath()));
            Path fetched = fresh.resolve(target.getFileName());
            if (!Files.isRegularFile(fetched)) {
                throw new UserError(what + ": " + tool.called + " ended well but left no " + target.getFileName() + " in " + fresh);
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

    private static void run(String what, Path into, Tool tool, List<String> arguments) throws IOException {
        Path log = into.resolve("log");
        Process process;
        try {
            process = new ProcessBuilder(Stream.concat(Stream.of(tool.program), arguments.stream()).toList())
                    .directory(into.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            throw new UserError(what + ": fetching it needs " + tool.needs + " and " + tool.program + " did not start; install it (package " + tool.called.toLowerCase(Locale.ROOT) + ")", e);
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                throw new UserError(what + ": " + tool.called + " did not finish within " + LONGEST_MINUTES + " minutes; is the network up?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError(what + ": interrupted while fetching", e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            String reason = Files.readString(log, StandardCharsets.UTF_8).lines().filter(l -> l.contains(tool.faulty)).findFirst().orElse("no reason given")
                    .replaceAll("\u001b\\[[0-9;]*m", "").replaceAll("https?://\\S+", "the registry");
            throw new UserError(what + ": could not be fetched; is the network up? " + tool.called + " says: " + reason);
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
