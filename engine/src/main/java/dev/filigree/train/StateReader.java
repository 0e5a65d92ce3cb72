package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.io.DType;
import dev.filigree.io.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Gives back what a {@link StateWriter} collected; a {@link UserError} names the source and what it lacks. */
public final class StateReader {

    private final String source;
    private final String prefix;
    private final Map<String, StoredTensor> arrays;
    private final Map<String, String> facts;

    StateReader(String source, Map<String, StoredTensor> arrays, Map<String, String> facts) {
        this(source, "", arrays, facts);
    }

    private StateReader(String source, String prefix, Map<String, StoredTensor> arrays, Map<String, String> facts) {
        this.source = source;
        this.prefix = prefix;
        this.arrays = arrays;
        this.facts = facts;
    }

    /** A reader of what was written through {@link StateWriter#in}. */
    public StateReader in(String part) {
        return new StateReader(source, prefix + part + "/", arrays, facts);
    }

    public boolean has(String name) {
        return arrays.containsKey(prefix + name) || facts.containsKey(prefix + name);
    }

    /** A copy of the stored array. */
    public Floats floats(String name) {
        return array(name, DType.F32).toFloats(Arena.ofAuto());
    }

    /** A copy of the stored array. */
    public Ints ints(String name) {
        StoredTensor t = array(name, DType.I32);
        Ints out = Ints.allocate(Math.toIntExact(t.elements()));
        MemorySegment.copy(t.data(), 0, out.segment(), 0, out.bytes());
        return out;
    }

    public long integer(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw damaged(name, "holds '" + text(name) + "', expected a whole number");
        }
    }

    public double number(String name) {
        try {
            return Double.parseDouble(text(name));
        } catch (NumberFormatException e) {
            throw damaged(name, "holds '" + text(name) + "', expected a number");
        }
    }

    public String text(String name) {
        String v = facts.get(prefix + name);
        if (v == null) {
            throw damaged(name, "is missing");
        }
        return v;
    }

    /** A fault of the stored state: names the file and the piece. */
    public UserError damaged(String name, String what) {
        return new UserError(source + ": " + prefix + name + " " + what + "; the saved state does not belong to this run, start it anew");
    }

    private StoredTensor array(String name, DType type) {
        StoredTensor t = arrays.get(prefix + name);
        if (t == null || t.type() != type) {
            throw damaged(name, t == null ? "is missing" : "is of type " + t.type() + ", expected " + type);
        }
        return t;
    }
}
