package dev.filigree.app.encode;

import dev.filigree.app.KnownMaskedModel;
import dev.filigree.app.sparsify.Source;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredEncoder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models below the head of a sparse encoder, by name: sentence encoders, and models that guess hidden words. */
final class Backbone {

    private Backbone() {
    }

    /** Opens one. */
    static StoredEncoder open(String name) {
        Path folder = Path.of(name);
        if (KnownMaskedModel.is(name) && !Files.exists(folder)) {
            return KnownMaskedModel.stored();
        }
        return ModelFolder.isMasked(folder) ? ModelFolder.masked(folder) : Source.open(name, "").stored();
    }

    /** Whether the vectors that it gives to texts are worth nothing as they are, for it was not trained to give any. */
    static boolean isMasked(String name) {
        Path folder = Path.of(name);
        return KnownMaskedModel.is(name) && !Files.exists(folder) || ModelFolder.isMasked(folder);
    }
}
