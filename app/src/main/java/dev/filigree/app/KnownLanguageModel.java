package dev.filigree.app;

import dev.filigree.base.UserError;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.LanguageModel.Options;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.Gguf;
import dev.filigree.io.Llama2c;
import dev.filigree.io.StoredDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where language models come from: a path, or the tiny one that comes with Filigree. */
public final class KnownLanguageModel {

    /** 260,000 parameters trained on simple stories (Karpathy 2023, MIT): enough to try everything without a download. */
    public static final String BUNDLED = "stories260k";

    /** The file that a llama2.c folder holds. */
    private static final String WEIGHTS = "model.bin";

    private KnownLanguageModel() {
    }

    /** Whether {@code name} says a language model rather than an encoder; what is not there is none. */
    public static boolean is(String name) {
        if (name.equalsIgnoreCase(BUNDLED)) {
            return true;
        }
        Path path = Path.of(name);
        return Files.isDirectory(path) ? Files.exists(path.resolve(WEIGHTS)) || DecoderFolder.decodes(path) : Files.isRegularFile(path) && (name.endsWith(".bin") || Gguf.is(path));
    }

    /** Opens a model as it is stored, by name or path. */
    public static LanguageModel open(String name, int threads) {
        return open(name, Options.threads(threads));
    }

    /** Opens a model by name or path: a folder in Hugging Face layout, a GGUF file, a llama2.c checkpoint, or a folder with one named {@code model.bin}. */
    public static LanguageModel open(String name, Options options) {
        Optional<Path> path = path(name);
        if (path.isPresent()) {
            return LanguageModel.open(path.get(), options);
        }
        try (StoredDecoder stored = stored(name)) {
            return LanguageModel.of(stored, options);
        }
    }

    /** The files of a model by name or path, as {@link #open(String, Options)} takes them; whoever asks closes it. */
    public static StoredDecoder stored(String name) {
        return path(name).map(StoredDecoder::open)
                .orElseGet(() -> Llama2c.of(BUNDLED, BundledData.bytes(BUNDLED + "/model.bin"), BundledData.bytes(BUNDLED + "/tokenizer.bin")));
    }

    /** Where a model lies: a file, or a folder in Hugging Face layout; empty for the bundled one. */
    public static Optional<Path> path(String name) {
        if (name.equalsIgnoreCase(BUNDLED)) {
            return Optional.empty();
        }
        Path path = Path.of(name);
        Path file = Files.isDirectory(path) && !DecoderFolder.is(path) ? path.resolve(WEIGHTS) : path;
        if (!Files.exists(file)) {
            throw new UserError(name + ": no such language model; expected " + BUNDLED + ", a folder in Hugging Face layout, a GGUF file, a llama2.c checkpoint, or a folder with "
                    + WEIGHTS + " and tokenizer.bin");
        }
        return Optional.of(file);
    }
}
