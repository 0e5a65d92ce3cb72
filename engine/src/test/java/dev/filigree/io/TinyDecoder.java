package dev.filigree.io;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import dev.filigree.model.Network;
import dev.filigree.ops.Held;
import dev.filigree.train.Birth;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;

/** Small language models of random weights as folders. */
final class TinyDecoder {

    /** One of the Llama family whose tokenizer is {@link BpePiecesTest#byteLevel} or {@link BpePiecesTest#spaced}. */
    static final DecoderConfig HALVES = new DecoderConfig(264, 20, 32, 64, 2, 4, 2, 1e-5f, 100, false, false);

    private TinyDecoder() {
    }

    static void write(Path folder, DecoderConfig config, byte[] tokenizer) {
        write(folder, config, new Llama(config), tokenizer);
    }

    static void write(Path folder, DecoderConfig config, Network model, byte[] tokenizer) {
        try (Parallel parallel = new Parallel(1); Arena arena = Arena.ofConfined()) {
            Birth birth = new Birth(new Compute(Kernels.best(), parallel), model, new Rng(3));
            model.sites().forEach(birth::dense);
            WeightWriter writer = new WeightWriter(arena, Store.F32);
            for (Held p : model.params()) {
                writer.add(p.name(), p.forward());
            }
            DecoderFolder.write(folder, config, new TokenizerFile("tokenizer.json", tokenizer), writer.tensors(), writer.metadata(), Map.of());
        }
    }
}
