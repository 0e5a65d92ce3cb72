package dev.filigree;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Shelf;
import dev.filigree.encode.EncoderRecipe;
import dev.filigree.infer.policy.Policies;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.SparseFormat;
import dev.filigree.model.Architecture;
import dev.filigree.model.Bert;
import dev.filigree.model.Decoder;
import dev.filigree.model.Gcn;
import dev.filigree.model.Gin;
import dev.filigree.model.Gpt2;
import dev.filigree.model.Llama;
import dev.filigree.model.Model;
import dev.filigree.model.RecurrentClassifier;
import dev.filigree.model.RecurrentLanguage;
import dev.filigree.model.Supernet;
import dev.filigree.model.Vit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The one place where the shelves of all rooms stand together. */
public final class Parts {

    /** How a sparse matrix is stored. */
    public static final Shelf<SparseFormat> FORMATS = Catalog.shelf(Axis.FORMAT,
            Catalog.entry("bitmask", "", "one bit for each position and the live values; compressed-tensors' sparse-bitmask", () -> SparseFormat.BITMASK),
            Catalog.entry("bitmask-24", "", "the same with exactly two of every four live; compressed-tensors' sparse-24-bitmask", () -> SparseFormat.BITMASK_24),
            Catalog.entry("csr", "", "a column number for each live value; smaller than bitmask from about 94 % sparsity on", () -> SparseFormat.CSR),
            Catalog.entry("blocks", "", "a column number for each live Rx1 block", () -> SparseFormat.BLOCKS));

    /** What can be read, run, pruned and trained: made from a configuration and a source of weights. */
    public static final Shelf<BiFunction<EncoderConfig, Bert.Source, Model>> MODELS = Catalog.shelf(Axis.MODEL,
            Catalog.entry("bert", "Devlin et al. 2019, arXiv:1810.04805", "sentence encoders of the BERT family: MiniLM, BGE, E5 and their kin", () -> Bert::new));

    /** What can be trained from scratch. */
    public static final Shelf<Architecture> NETWORKS = Catalog.shelf(Axis.NETWORK, Architecture.LENET_300_100, Architecture.MLP, Architecture.SPARSE_IFT, Architecture.LENET_5, Architecture.VGG,
            Architecture.RESNET, Architecture.RESNEXT, Architecture.MOBILENET, Supernet.ENTRY, RecurrentLanguage.ENTRY, RecurrentClassifier.ENTRY, Decoder.ENTRY, Llama.ENTRY, Gpt2.ENTRY, Vit.ENTRY, Gcn.ENTRY, Gin.ENTRY);

    private static final Catalog ALL = new Catalog(all());

    private Parts() {
    }

    /** Every part there is. */
    public static Catalog catalog() {
        return ALL;
    }

    private static List<Shelf<?>> all() {
        List<Shelf<?>> shelves = new ArrayList<>(dev.filigree.prune.Parts.shelves());
        shelves.addAll(dev.filigree.train.Parts.shelves());
        shelves.add(FORMATS);
        shelves.add(MODELS);
        shelves.add(NETWORKS);
        shelves.add(Policies.ALL);
        shelves.add(EncoderRecipe.SHELF);
        return shelves;
    }
}
