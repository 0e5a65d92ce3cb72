package dev.filigree.app.peer;

import dev.filigree.app.KnownModel;
import dev.filigree.app.Registry;
import dev.filigree.base.UserError;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A native library that kernels are measured beside: where it is had, and how it is told its threads. */
public enum NativeLibrary {

    MKL("MKL", "org.bytedeco:mkl:2025.3-1.5.13:jar:%s-redist", Map.of("linux-x86_64", "libmkl_rt.so.2", "windows-x86_64", "mkl_rt.2.dll")) {
        @Override
        Map<String, String> environment(String threads) {
            // Helpers spin for a millisecond after a call, enough for the next one, and not into the next contestant's turn.
            return Map.of("MKL_THREADING_LAYER", "INTEL", "MKL_NUM_THREADS", threads, "OMP_NUM_THREADS", threads, "MKL_DYNAMIC", "FALSE", "KMP_BLOCKTIME", "1");
        }
    },

    OPENBLAS("OpenBLAS", "org.bytedeco:openblas:0.3.31-1.5.13:jar:%s", Map.of("linux-x86_64", "libopenblas.so.0", "linux-arm64", "libopenblas.so.0",
            "macosx-arm64", "libopenblas.0.dylib", "macosx-x86_64", "libopenblas.0.dylib", "windows-x86_64", "libopenblas.dll")) {
        @Override
        Map<String, String> environment(String threads) {
            return Map.of("OPENBLAS_NUM_THREADS", threads, "OPENBLAS_THREAD_TIMEOUT", "21"); // spins for 2^21 cycles: about a millisecond
        }
    },

    /** Measured in training steps and dense products; unpacked it takes half a gigabyte. */
    LIBTORCH("libtorch", "ai.djl.pytorch:pytorch-native-cpu:2.5.1:jar:%s", Map.of("linux-x86_64", "libtorch_cpu.so")) {
        @Override
        Map<String, String> environment(String threads) {
            // Helpers spin for about a millisecond after a call, enough for the next one, and not into the next contestant's turn.
            return Map.of("OMP_NUM_THREADS", threads, "MKL_NUM_THREADS", threads, "GOMP_SPINCOUNT", "50000", "DJL_OFFLINE", "true", "OPT_OUT_TRACKING", "true",
                    "PYTORCH_VERSION", "2.5.1", "PYTORCH_FLAVOR", "cpu");
        }

        @Override
        SourceProcess start(int threads) throws PeerFailure {
            String folder = file().getParent().toString();
            Map<String, String> environment = new HashMap<>(environment(Integer.toString(threads)));
            environment.putAll(Map.of("PYTORCH_LIBRARY_PATH", folder, "LD_LIBRARY_PATH", folder, "DJL_CACHE_DIR", folder));
            try {
                String jars = String.join(File.pathSeparator, TORCH_JARS.stream().map(j -> Registry.jar(j).toString()).toList());
                return SourceProcess.start(List.of("TorchPeer.java", "PeerLoop.java", "PeerOperands.java"), List.of("-cp", jars), environment,
                        List.of(Integer.toString(threads)));
            } catch (UserError e) {
                throw new PeerFailure(e.getMessage(), e);
            }
        }
    },

    ONNX_RUNTIME("ONNX Runtime", KnownModel.ONNX_RUNTIME, Map.of()) {
        @Override
        SourceProcess start(int threads) throws PeerFailure {
            try { // unpacks its own library
                return SourceProcess.start(List.of("OnnxOperatorPeer.java", "PeerLoop.java", "PeerOperands.java"),
                        List.of("-cp", Registry.jar(coordinates()).toString()), Map.of(), List.of(Integer.toString(threads)));
            } catch (UserError e) {
                throw new PeerFailure(e.getMessage(), e);
            }
        }
    };

    /** The Deep Java Library in a version whose binding to libtorch is on Maven Central (some newer ones are not), and what it needs to load. */
    private static final List<String> TORCH_JARS = List.of("ai.djl:api:0.32.0", "ai.djl.pytorch:pytorch-engine:0.32.0",
            "ai.djl.pytorch:pytorch-jni:2.5.1-0.32.0", "org.slf4j:slf4j-api:2.0.17", "com.google.code.gson:gson:2.13.1");
    /** Parts that no measured product needs: half of what a jar holds. */
    private static final String NOT_NEEDED = ".*(jni|vml|gnu_thread|sycl|scalapack|blacs|ilp64).*";

    private final String label;
    private final String coordinates;
    private final Map<String, String> files;

    /**
     * @param coordinates of the jar, %s for the platform
     * @param files       the library's file on each platform that it is published for
     */
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
     * Starts a process that computes with it; fetches it when it is not in the cache.
     *
     * @throws PeerFailure it is not published for this system, or could not be fetched, unpacked or started
     */
    SourceProcess start(int threads) throws PeerFailure {
        Path file = file();
        String folder = file.getParent().toString();
        Map<String, String> environment = new HashMap<>(environment(Integer.toString(threads)));
        environment.putAll(Map.of("LD_LIBRARY_PATH", folder, "DYLD_LIBRARY_PATH", folder));
        return SourceProcess.start(List.of("BlasPeer.java", "BlasCalls.java", "PeerLoop.java", "PeerOperands.java"), List.of(), environment,
                List.of(file.toString()));
    }

    /** What it reads when it starts. */
    Map<String, String> environment(String threads) {
        return Map.of();
    }

    /** This system as the jars call it: "linux-x86_64". */
    static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os) + "-"
                + (arch.equals("amd64") ? "x86_64" : arch.equals("aarch64") ? "arm64" : arch);
    }

    /** The library's file, unpacked into the cache beside all that it loads. */
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

    /** Takes the libraries of this system; the folder appears whole or not at all. */
    private static void unpack(Path jar, Path folder) throws IOException {
        Path fresh = Files.createTempDirectory(Registry.cache(), "unpack");
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry e : Collections.list(zip.entries())) {
                String[] steps = e.getName().split("/");
                String name = steps[steps.length - 1];
                if (steps.length > 1 && steps[steps.length - 2].equals(platform()) && !e.isDirectory()
                        && name.matches(".*\\.(so|dylib|dll)\\b.*") && !name.matches(NOT_NEEDED)) {
                    try (InputStream in = zip.getInputStream(e)) {
                        Files.copy(in, fresh.resolve(name));
                    }
                }
            }
        }
        Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    }
}
