package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.io.DecoderConfig.Family;
import dev.filigree.io.GgufNames.Entry;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a language model that came from any format as a folder in Hugging Face layout. Sparse weights stay as they are stored. */
public final class DecoderWriter {

    private DecoderWriter() {
    }

    /**
     * Writes the folder. Rotary pairs become halves, as Hugging Face has them, unless a weight of them is sparse.
     *
     * @param type of dense matrices: F32, F16 or BF16; the encoded weights are in memory together
     */
    public static void write(Path folder, StoredDecoder model, DType type) {
        DenseTensors.requireUsual(model);
        DecoderConfig c = model.config();
        List<Entry> entries = GgufNames.all(c);
        boolean turn = c.family() == Family.LLAMA && c.neighbours()
                && entries.stream().flatMap(e -> e.ours().stream()).noneMatch(name -> RotaryOrder.has(name) && DenseTensors.isSparse(model.weights(), name));
        List<StoredTensor> tensors = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            for (Entry e : entries) {
                for (String name : e.ours()) {
                    if (DenseTensors.isSparse(model.weights(), name)) {
                        tensors.addAll(DenseTensors.parts(model.weights(), name));
                    } else {
                        tensors.add(dense(arena, model, name, e.rows() / e.ours().size(), e.cols(), e.cols() == 1 ? DType.F32 : type, turn && RotaryOrder.has(name)));
                    }
                }
            }
            DecoderFolder.write(folder, turn ? c.halves() : c, model.tokenizer(), tensors, model.weights().metadata(), Map.of());
        }
    }

    private static StoredTensor dense(Arena arena, StoredDecoder model, String name, int rows, int cols, DType type, boolean turn) {
        try (Arena brief = Arena.ofShared()) {
            Arena home = type == DType.F32 ? arena : brief; // floats are written as they are
            Floats values = DenseTensors.read(brief, model.weights(), name, rows, cols);
            Floats w = turn ? RotaryOrder.turned(home, values, rows, cols, model.config().headSize(), false) : Floats.allocate(home, values.length()).copyFrom(values);
            return DenseTensors.encode(arena, model.weights().source(), name, type, w, rows, cols);
        }
    }
}
