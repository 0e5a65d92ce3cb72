package dev.filigree.io;

import java.util.ArrayList;
import java.util.List;

/** GPT-2's parameters: those of Hugging Face without {@code transformer.}, but for queries, keys and values, which are three matrices here and one there. */
final class Gpt2Names {

    /** The parts of {@code attn.c_attn}, in its order. */
    static final List<String> PARTS = List.of("attn.q", "attn.k", "attn.v");

    private Gpt2Names() {
    }

    /** Our names of the parts of a layer's fused tensor; {@code kind} is weight or bias. */
    static List<String> parts(int layer, String kind) {
        return PARTS.stream().map(p -> "h." + layer + "." + p + "." + kind).toList();
    }

    /** The three parts of a fused tensor {@code [3 hidden x hidden]} or {@code [3 hidden]}: rows that follow each other. */
    static List<StoredTensor> split(StoredTensor t, int hidden, int layer, String kind) {
        long[] shape = t.shape();
        if (shape[0] != 3L * hidden) {
            return List.of(t); // whoever looks for the parts says that they are missing
        }
        shape[0] = hidden;
        List<StoredTensor> out = new ArrayList<>();
        long bytes = t.data().byteSize() / PARTS.size();
        for (String name : parts(layer, kind)) {
            out.add(new StoredTensor(name, t.type(), shape, t.data().asSlice(out.size() * bytes, bytes)));
        }
        return out;
    }
}
