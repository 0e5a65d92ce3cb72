package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.io.DType;
import dev.filigree.io.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects named pieces of state. Arrays are referred to, not copied, until they are written or {@link #copied}. */
public final class StateWriter {

    private final String prefix;
    private final Map<String, StoredTensor> arrays;
    private final Map<String, String> facts;

    public StateWriter() {
        this("", new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    private StateWriter(String prefix, Map<String, StoredTensor> arrays, Map<String, String> facts) {
        this.prefix = prefix;
        this.arrays = arrays;
        this.facts = facts;
    }

    /** A writer whose names are this one's, then {@code part}. */
    public StateWriter in(String part) {
        return new StateWriter(prefix + part + "/", arrays, facts);
    }

    public void put(String name, Floats values) {
        add(new StoredTensor(prefix + name, DType.F32, new long[] {values.length()}, values.segment()));
    }

    public void put(String name, Ints values) {
        add(new StoredTensor(prefix + name, DType.I32, new long[] {values.length()}, values.segment()));
    }

    public void put(String name, long value) {
        put(name, Long.toString(value));
    }

    /** Stored so that the same bits come back. */
    public void put(String name, double value) {
        put(name, Double.toString(value));
    }

    public void put(String name, String value) {
        if (facts.put(prefix + name, value) != null) {
            throw new IllegalArgumentException(prefix + name + " is stored twice");
        }
    }

    /** A reader of copies: later changes to the arrays do not reach it. */
    public StateReader copied() {
        Map<String, StoredTensor> copies = new LinkedHashMap<>();
        arrays.forEach((name, t) -> {
            MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, t.data().byteSize()), Floats.ALIGNMENT).asSlice(0, t.data().byteSize());
            copies.put(name, new StoredTensor(name, t.type(), t.shape(), copy.copyFrom(t.data())));
        });
        return new StateReader("memory", copies, Map.copyOf(facts));
    }

    Collection<StoredTensor> arrays() {
        return arrays.values();
    }

    Map<String, String> facts() {
        return facts;
    }

    private void add(StoredTensor t) {
        if (arrays.put(t.name(), t) != null) {
            throw new IllegalArgumentException(t.name() + " is stored twice");
        }
    }
}
