package dev.filigree.app.sparsify;

import dev.filigree.infer.Plan;
import dev.filigree.infer.PlanFile;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.Store;
import dev.filigree.io.TokenizerFile;
import dev.filigree.io.WeightWriter;
import dev.filigree.model.Bert;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Model;
import dev.filigree.ops.Held;
import dev.filigree.report.Json;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Writes a model as a folder that can be served. */
public final class SavedModel {

    private static final String ORIGIN = "filigree.origin";

    private SavedModel() {
    }

    /** @param plan which layouts to run in; null leaves that to whoever opens the folder */
    static void write(Path folder, Bert model, byte[] tokenizer, Store store, Plan plan, Settings settings) {
        write(model, store, plan, settings, (writer, metadata) -> ModelFolder.write(folder, model.config(), tokenizer, writer.tensors(), metadata, writer.config()));
    }

    /** The same for a language model. */
    static void write(Path folder, CausalModel model, TokenizerFile tokenizer, Store store, Plan plan, Settings settings) {
        write(model, store, plan, settings, (writer, metadata) -> DecoderFolder.write(folder, model.config(), tokenizer, writer.tensors(), metadata, writer.config()));
    }

    private static void write(Model model, Store store, Plan plan, Settings settings, BiConsumer<WeightWriter, Map<String, String>> out) {
        try (Arena arena = Arena.ofShared()) {
            WeightWriter writer = new WeightWriter(arena, store);
            for (Held p : model.params()) {
                writer.add(p.name(), p.forward());
            }
            Map<String, String> metadata = new LinkedHashMap<>(writer.metadata());
            metadata.put(ORIGIN, settings.model());
            metadata.put("filigree.settings", Json.line(settings));
            if (plan != null) {
                metadata.put(PlanFile.KEY, PlanFile.write(plan));
            }
            out.accept(writer, metadata);
        }
    }

    /** The model that a folder was made from, as it was named; null when the folder does not say. */
    public static String origin(Path folder) {
        try (Checkpoint weights = ModelFolder.weights(folder)) {
            return weights.metadata().get(ORIGIN);
        }
    }

    /** Bytes of all files that serving needs. */
    static long bytes(Path folder) {
        return Stream.of(ModelFolder.WEIGHTS, "config.json", "tokenizer.json", "tokenizer.bin").mapToLong(f -> folder.resolve(f).toFile().length()).sum();
    }
}
