package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Values;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The tensors of a model as a file holds them, in the file's order. Their bytes may be memory-mapped: they are valid
 * until {@link #close()}. Safe for many threads.
 */
public final class Checkpoint implements AutoCloseable {

    private final String source;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;
    private final Arena memory;

    /** @param memory owns the tensors' bytes and is closed with the checkpoint */
    Checkpoint(String source, Collection<StoredTensor> tensors, Map<String, String> metadata, Arena memory) {
        this.source = source;
        this.memory = memory;
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        Map<String, StoredTensor> byName = new LinkedHashMap<>();
        for (StoredTensor t : tensors) {
            if (byName.put(t.name(), t) != null) {
                throw Faults.corrupt(source, "tensor " + Faults.quote(t.name()) + " occurs twice");
            }
        }
        this.tensors = Collections.unmodifiableMap(byName);
    }

    /** The file it was read from, for messages. */
    public String source() {
        return source;
    }

    public Collection<StoredTensor> tensors() {
        return tensors.values();
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The tensor of this name; a UserError names the file when it is absent. */
    public StoredTensor tensor(String name) {
        StoredTensor t = tensors.get(name);
        if (t == null) {
            throw new UserError(source + ": tensor " + Faults.quote(name) + " is missing among " + tensors.size()
                    + "; the weights do not belong to this config");
        }
        return t;
    }

    /** The tensor of this name, which must have this shape. */
    public StoredTensor tensor(String name, long... shape) {
        StoredTensor t = tensor(name);
        if (!Arrays.equals(t.shape(), shape)) {
            throw new UserError(source + ": tensor " + Faults.quote(name) + " has shape " + t.shapeText()
                    + ", expected " + StoredTensor.text(shape) + "; the weights do not belong to this config");
        }
        return t;
    }

    /** A trained parameter: of this shape, decoded to floats in {@code arena}, every value finite. */
    public Floats weights(Arena arena, String name, long... shape) {
        Floats values = tensor(name, shape).toFloats(arena);
        requireFinite(name, new Values.F32(values));
        return values;
    }

    /** Refuses NaN and infinity, naming file, tensor and position. */
    void requireFinite(String name, Values values) {
        for (int i = 0; i < values.length(); i++) {
            float v = values.get(i);
            if (!Float.isFinite(v)) {
                throw new UserError(source + ": tensor " + Faults.quote(name) + " holds " + v + " at position " + i
                        + ", expected finite weights; the model is broken");
            }
        }
    }

    /** The same tensors and the same memory under other names; closing either closes both. */
    Checkpoint renamed(UnaryOperator<String> names) {
        return new Checkpoint(source, tensors.values().stream().map(t -> t.renamed(names.apply(t.name()))).toList(), metadata, memory);
    }

    /** Other tensors in the place of these, and the same memory; closing either closes both. */
    Checkpoint with(Collection<StoredTensor> others) {
        return new Checkpoint(source, others, metadata, memory);
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.values().stream().mapToLong(t -> t.data().byteSize()).sum();
    }

    /** Releases the mapping; the tensors must not be touched afterwards. */
    @Override
    public void close() {
        memory.close();
    }
}
