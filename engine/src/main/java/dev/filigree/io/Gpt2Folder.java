package dev.filigree.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GPT-2's tensors as Hugging Face folders have them: weights as {@code [inputs x outputs]}, queries, keys and values side by side in {@code attn.c_attn}, names perhaps
 * behind {@code transformer.}. Sparse models keep our own names and shapes, which only this project reads.
 */
final class Gpt2Folder {

    private static final String PREFIX = "transformer.";
    private static final Pattern WEIGHT = Pattern.compile("h\\.(\\d{1,4})\\.(attn\\.c_attn|attn\\.c_proj|mlp\\.c_fc|mlp\\.c_proj)\\.weight");
    private static final Pattern FUSED = Pattern.compile("h\\.(\\d{1,4})\\.attn\\.c_attn\\.(weight|bias)");
    private static final String FIRST = "h.0.attn.c_attn.weight";

    private Gpt2Folder() {
    }

    /** The checkpoint of a folder under our names and in our shapes; turned copies live as long as somebody holds them. */
    static Checkpoint ours(Checkpoint c, int hidden) {
        Checkpoint plain = c.renamed(name -> name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
        if (!plain.has(FIRST)) {
            return plain;
        }
        List<StoredTensor> out = new ArrayList<>();
        for (StoredTensor t : plain.tensors()) {
            StoredTensor turned = WEIGHT.matcher(t.name()).matches() && t.shape().length == 2 ? transposed(t) : t;
            Matcher fused = FUSED.matcher(t.name());
            out.addAll(fused.matches() && t.shape().length > 0 ? Gpt2Names.split(turned, hidden, Integer.parseInt(fused.group(1)), fused.group(2)) : List.of(turned));
        }
        return plain.with(out);
    }

    /** The tensors of a model as Hugging Face has them; as they are where some are sparse or have scales. */
    static Collection<StoredTensor> theirs(DecoderConfig config, Collection<StoredTensor> tensors) {
        Map<String, StoredTensor> byName = new LinkedHashMap<>();
        tensors.forEach(t -> byName.put(t.name(), t));
        List<StoredTensor> out = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            for (String kind : List.of("weight", "bias")) {
                List<StoredTensor> parts = Gpt2Names.parts(i, kind).stream().map(byName::remove).toList();
                if (parts.contains(null) || parts.stream().map(StoredTensor::type).distinct().count() > 1) {
                    return tensors;
                }
                out.add(joined("h." + i + ".attn.c_attn." + kind, parts));
            }
        }
        for (StoredTensor t : byName.values()) {
            if (!t.type().isFloating() || !t.name().endsWith(".weight") && !t.name().endsWith(".bias")) {
                return tensors;
            }
            out.add(t);
        }
        return out.stream().map(t -> WEIGHT.matcher(t.name()).matches() ? transposed(t) : t).toList();
    }

    private static StoredTensor joined(String name, List<StoredTensor> parts) {
        StoredTensor first = parts.getFirst();
        long bytes = first.data().byteSize();
        MemorySegment data = Arena.ofAuto().allocate(bytes * parts.size());
        for (int i = 0; i < parts.size(); i++) {
            data.asSlice(i * bytes, bytes).copyFrom(parts.get(i).data());
        }
        long[] shape = first.shape();
        shape[0] *= parts.size();
        return new StoredTensor(name, first.type(), shape, data);
    }

    private static StoredTensor transposed(StoredTensor t) {
        long rows = t.shape()[0];
        long cols = t.shape()[1];
        int width = t.type().bytes();
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, t.data().byteSize())).asSlice(0, t.data().byteSize());
        for (long c = 0; c < cols; c++) {
            for (long r = 0; r < rows; r++) {
                if (width == Float.BYTES) {
                    data.setAtIndex(StoredTensor.INT, c * rows + r, t.data().getAtIndex(StoredTensor.INT, r * cols + c));
                } else if (width == Short.BYTES) {
                    data.setAtIndex(StoredTensor.SHORT, c * rows + r, t.data().getAtIndex(StoredTensor.SHORT, r * cols + c));
                } else {
                    MemorySegment.copy(t.data(), (r * cols + c) * width, data, (c * rows + r) * width, width);
                }
            }
        }
        return new StoredTensor(t.name(), t.type(), new long[] {cols, rows}, data);
    }
}
