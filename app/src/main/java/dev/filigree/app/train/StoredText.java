package dev.filigree.app.train;

import dev.filigree.Parts;
import dev.filigree.app.KnownLanguageModel;
import dev.filigree.app.data.TextCut;
import dev.filigree.base.Floats;
import dev.filigree.io.DecoderFolder;
import dev.filigree.io.SparseFormat;
import dev.filigree.io.Store;
import dev.filigree.io.StoredDecoder;
import dev.filigree.io.TokenizerFile;
import dev.filigree.io.WeightReader;
import dev.filigree.io.WeightWriter;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.kernel.Activation;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Gpt2;
import dev.filigree.model.Llama;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Language models on disk, as runs of training begin with them and leave them. */
public final class StoredText {

    private StoredText() {
    }

    /** Whether a run of this network leaves a language model. */
    public static boolean isKept(String model) {
        return List.of(Llama.ENTRY, Gpt2.ENTRY).contains(Parts.NETWORKS.find(model.replaceFirst("\\(.*", "").strip()));
    }

    /** How a stored model cuts texts. */
    public static TextCut cut(String name) {
        try (StoredDecoder stored = KnownLanguageModel.stored(name)) {
            return TextCut.as(new Vocabulary(stored.pieces(), stored.tokenizer()), stored.config().context());
        }
    }

    /** The stored model that a run begins with; a force on inner units puts ReLU in the place of SiLU. */
    static Network network(TrainSettings settings) {
        try (StoredDecoder stored = KnownLanguageModel.stored(settings.from())) {
            return CausalModel.stored(settings.activity().isEmpty() ? stored.config() : stored.config().with(Activation.RELU), new WeightReader(stored.weights(), Arena.ofAuto())::weight);
        }
    }

    /**
     * Lets as many positions live as a method begins with, in place. Where that is all of them, those that come to life begin at zero, as
     * in {@link dev.filigree.train.Freed}; where more live, the largest stay; where fewer do, they are what it begins with.
     */
    static void fit(Network network, Map<Site, Long> births) {
        for (Site s : network.sites()) {
            Weight w = network.param(s).forward();
            long keep = births.getOrDefault(s, s.positions());
            if (keep >= s.positions()) {
                network.param(s).set(Tiled.pack(Arena.ofAuto(), w));
            } else if (w.nonZeros() > keep) {
                Topology before = Topology.of(w);
                Floats values = Layout.canonical(w, before);
                int[] dies = new Smallest().choose(values, Math.toIntExact(values.length() - keep));
                Topology after = Rewiring.of(before, dies, new long[0]).after();
                Floats kept = Floats.allocate(after.count());
                w.forEach((row, col, slot, v) -> {
                    int i = after.find(row, col);
                    if (i >= 0) {
                        kept.set(i, v);
                    }
                });
                network.param(s).set(s.layout(Layout.CSR).pack(Arena.ofAuto(), after, kept));
            }
        }
    }

    /** Writes a model into the folder of its run, where {@code generate} opens it; what is sparse is stored so. */
    static void write(Path folder, CausalModel model, TokenizerFile tokenizer, TrainSettings settings) {
        try (Arena arena = Arena.ofShared()) {
            WeightWriter writer = new WeightWriter(arena, Store.F32, settings.target() > 0.94 ? SparseFormat.CSR : SparseFormat.BITMASK);
            for (Held p : model.params()) {
                writer.add(p.name(), p.forward());
            }
            DecoderFolder.write(folder, model.config(), tokenizer, writer.tensors(), writer.metadata(), Map.of("filigree_training", settings.words()));
        }
    }
}
