package dev.filigree.app.peer;

import dev.filigree.app.Registry;
import dev.filigree.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A native library of matrix products that kernels are measured beside: where it is had, and how it is told its threads. */
public enum NativeLibrary {

    MKL("MKL", "org.bytedeco:mkl:2025.3-1.5.13:jar:%s-redist", Map.of("linux-x86_64", "libmkl_rt.so.2", "windows-x86_64", "mkl_rt.2.dll")),
    OPENBLAS("OpenBLAS", "org.bytedeco:openblas:0.3.31-1.5.13:jar:%s", Map.of("linux-x86_64", "libopenblas.so.0", "linux-arm64", "libopenblas.so.0",
            "macosx-arm64", "libopenblas.0.dylib", "macosx-x86_64", "libopenblas.0.dylib", "windows-x86_64", "libopenblas.dll"));

    /** Parts that no measured product needs: half of what a jar holds. */
    private static final String NOT_NEEDED = ".*(jni|vml|gnu_thread|sycl|scalapack|blacs|ilp64).*";

    private final String label;
    private final String coordinates;
    private final Map<String, String> files;

    NativeLibrary(String label, String coordinates, Map<String, String> files) {
        this.label = label;
        this.coordinates = coordinates;
        this.files = files;
    }

    /** The library's own name. */
    public String label() {
        return label;
    }

    /** Coordinates of the jar for this system. */
    public String coordinates() {
        return coordinates.formatted(platform());
    }

    /**
     * The library's file, unpacked into the cache beside all that it loads; fetched when it is not there.
     *
     * @throws PeerFailure it is not published for this system, or could not be fetched or unpacked
     */
    Path file() throws PeerFailure {
        String name = files.get(platform());
        if (name == null) {
            throw new PeerFailure(label + " is not published for " + platform());
        }
        try {
            String[] part = coordinates().split(":");
            Path folder = Registry.cache().resolve(part[1] + "-" + part[2] + "-" + part[4]);
            if (!Files.isRegularFile(folder.resolve(name))) {
                unpack(Registry.jar(coordinates()), folder);
            }
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new PeerFailure(coordinates() + " holds no " + name);
            }
            return folder.resolve(name);
        } catch (UserError e) {
            throw new PeerFailure(e.getMessage(), e);
        } catch (IOException e) {
            throw new PeerFailure(label + " could not be unpacked into " + Registry.cache() + " (" + e.getMessage() + ")", e);
        }
    }

    /** What the library reads when it starts. */
    Map<String, String> environment(Path file, int threads) {
        String folder = file.getParent().toString();
        Map<String, String> all = new HashMap<>(Map.of("LD_LIBRARY_PATH", folder, "DYLD_LIBRARY_PATH", folder));
        String n = Integer.toString(threads);
        if (this == MKL) {
            // Helpers spin for a millisecond after a call, enough for the next one, and not into the next contestant's turn.
            all.putAll(Map.of("MKL_THREADING_LAYER", "INTEL", "MKL_NUM_THREADS", n, "OMP_NUM_THREADS", n, "MKL_DYNAMIC", "FALSE", "KMP_BLOCKTIME", "1"));
        } else {
            all.putAll(Map.of("OPENBLAS_NUM_THREADS", n, "OPENBLAS_THREAD_TIMEOUT", "21")); // 2^21 cycles: about a millisecond
        }
        return all;
    }

    /** This system as the jars call it: "linux-x86_64". */
    static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os) + "-"
                + (arch.equals("amd64") ? "x86_64" : arch.equals("aarch64") ? "arm64" : arch);
    }

    /** Takes the libraries that lie together in the jar's folder for this system; the folder appears whole or not at all. */
    private static void unpack(Path jar, Path folder) throws IOException {
        Path fresh = Files.createTempDirectory(Registry.cache(), "unpack");
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
                ZipEntry e = entries.nextElement();
                String[] steps = e.getName().split("/");
                String name = steps[steps.length - 1];
                if (!e.isDirectory() && steps.length == 5 && steps[3].equals(platform()) && name.matches(".*(\\.so|\\.dylib|\\.dll).*") && !name.matches(NOT_NEEDED)) {
                    try (InputStream in = zip.getInputStream(e)) {
                        Files.copy(in, fresh.resolve(name));
                    }
                }
            }
        }
        Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    }
}
