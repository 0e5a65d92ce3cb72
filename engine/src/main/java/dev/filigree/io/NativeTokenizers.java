package dev.filigree.io;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.filigree.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * Loads the native part of the Hugging Face tokenizers out of its jar. The Java wrapper around it would report its use
 * to a server and may download another build, so it is left out: this neither prints nor touches the network.
 */
final class NativeTokenizers {

    private static final String WINDOWS = "win-x86_64";

    /** The library, or else the line that says why there is none: an initialiser that throws would hide it. */
    private record Loaded(TokenizersLibrary library, String fault) {
    }

    /** Loading happens once per process, when a tokenizer is first wanted; the class initialiser is the lock. */
    private static final class Holder {
        static final Loaded LOADED = load();
    }

    private NativeTokenizers() {
    }

    static TokenizersLibrary library() {
        if (Holder.LOADED.fault() != null) {
            throw new UserError(Holder.LOADED.fault());
        }
        return Holder.LOADED.library();
    }

    private static Loaded load() {
        String platform = platform();
        List<String> files = switch (platform.substring(0, platform.indexOf('-'))) {
            case "osx" -> List.of("libtokenizers.dylib");
            case "win" -> List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll");
            default -> List.of("libtokenizers.so");
        };
        try {
            Path home = cache(version(), platform);
            for (String file : files) {
                System.load(unpacked(home, platform, file).toString());
            }
            return new Loaded(TokenizersLibrary.LIB, null);
        } catch (IOException | UnsatisfiedLinkError | UserError e) {
            return new Loaded(null, "tokenizers: the native library for " + platform + " cannot be loaded (" + e.getMessage()
                    + "); expected Linux, macOS or Windows on x86_64 or Linux or macOS on aarch64, and a writable cache or temporary folder");
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        String cpu = arch.equals("amd64") ? "x86_64" : arch;
        return os.contains("win") ? WINDOWS : (os.contains("mac") ? "osx-" : "linux-") + cpu;
    }

    private static String version() throws IOException {
        Properties p = new Properties();
        try (InputStream in = TokenizersLibrary.class.getResourceAsStream("/native/lib/tokenizers.properties")) {
            if (in != null) {
                p.load(in);
            }
        }
        return p.getProperty("version", "unknown");
    }

    /** The user's cache folder, or a fresh temporary one where that cannot be written. */
    private static Path cache(String version, String platform) throws IOException {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        try {
            Path home = base.toAbsolutePath().resolve("filigree").resolve("tokenizers-" + version + "-" + platform);
            Files.createDirectories(home);
            if (Files.isWritable(home)) {
                return home;
            }
        } catch (IOException e) {
            // fall through: a read-only home is usual in containers
        }
        Path home = Files.createTempDirectory("filigree-tokenizers");
        home.toFile().deleteOnExit();
        return home;
    }

    private static Path unpacked(Path home, String platform, String file) throws IOException {
        String resource = "/native/lib/" + platform + "/cpu/" + file;
        try (InputStream in = TokenizersLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("the tokenizers jar holds no " + resource);
            }
            Path target = home.resolve(file);
            long size = TokenizersLibrary.class.getResource(resource).openConnection().getContentLengthLong();
            if (!Files.exists(target) || Files.size(target) != size) {
                AtomicFile.write(target, in.readAllBytes());
            }
            if (home.getFileName().toString().startsWith("filigree-tokenizers")) {
                target.toFile().deleteOnExit();
            }
            return target;
        }
    }
}
