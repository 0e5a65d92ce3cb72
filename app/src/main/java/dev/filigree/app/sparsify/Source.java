package dev.filigree.app.sparsify;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.app.KnownModel;
import dev.filigree.app.Registry;
import dev.filigree.app.peer.PeerModel;
import dev.filigree.base.Near;
import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where a model comes from, and the files of it that other runtimes can run.
 *
 * @param name   as typed
 * @param origin what it is, for the record
 * @param stored the model itself
 * @param fp32   the ONNX file in 32-bit floats, when there is one
 * @param int8   coordinates of the same model quantised to 8 bits, when it is known
 */
public record Source(String name, String origin, StoredEncoder stored, Optional<PeerModel> fp32, Optional<String> int8) implements AutoCloseable {

    /** Finds and opens a model; {@code pooling} is "mean", "cls" or empty. */
    public static Source open(String name, String pooling) {
        Optional<Pooling> asked = pooling.isEmpty() ? Optional.empty() : Optional.of(pooling(pooling));
        Optional<KnownModel> known = KnownModel.named(name);
        if (known.isPresent() && !Files.exists(Path.of(name))) {
            Path jar = Registry.jar(known.get().fp32());
            StoredEncoder stored = ModelFolder.open(jar, asked.or(() -> Optional.of(known.get().pooling())));
            return new Source(name, known.get().origin(), stored, Optional.of(peer(jar, stored)), Optional.of(known.get().int8()));
        }
        Path path = Path.of(name);
        if (!Files.exists(path)) {
            throw new UserError("model '" + name + "': no such file or folder, and no model of that name" + Near.hint(name, KnownModel.labels())
                    + " (known: " + String.join(", ", KnownModel.labels()) + ", " + KnownLanguageModel.BUNDLED + ")");
        }
        StoredEncoder stored = ModelFolder.open(path, asked);
        Optional<PeerModel> onnx = onnxIn(path).map(file -> peer(file, stored));
        return new Source(name, path.toString(), stored, onnx, Optional.empty());
    }

    /** A peer's view of a jar or an ONNX file of the model in {@code stored}. */
    static PeerModel peer(Path file, StoredEncoder stored) {
        return new PeerModel(file, onnxEntry(file), stored.config().pooling(), stored.config().vocab());
    }

    /** Bytes of the ONNX file that a peer runs. */
    static long onnxBytes(PeerModel peer) {
        try {
            if (peer.entry() == null) {
                return Files.size(peer.file());
            }
            try (ZipFile zip = new ZipFile(peer.file().toFile())) {
                return zip.getEntry(peer.entry()).getSize();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stored.close();
    }

    private static Pooling pooling(String text) {
        return Arrays.stream(Pooling.values()).filter(p -> p.name().equalsIgnoreCase(text)).findFirst()
                .orElseThrow(() -> new UserError("--pooling: found '" + text + "', expected mean or cls"));
    }

    private static Optional<Path> onnxIn(Path path) {
        if (Files.isRegularFile(path)) {
            return Optional.of(path);
        }
        return java.util.stream.Stream.of("model.onnx", "onnx/model.onnx").map(path::resolve).filter(Files::isRegularFile).findFirst();
    }

    private static String onnxEntry(Path file) {
        if (!file.toString().endsWith(".jar")) {
            return null;
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.stream().map(ZipEntry::getName).filter(n -> n.endsWith(".onnx")).findFirst()
                    .orElseThrow(() -> new UserError(file + ": holds no .onnx file"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
