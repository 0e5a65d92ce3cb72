package dev.filigree.ops;

import dev.filigree.base.Floats;
import java.util.Map;
import java.util.TreeMap;

/** State of a recurrent model that outlives a batch, by name: it begins at zero, is read at the start of a window and replaced at its end. */
public final class Carry {

    private final Map<String, Floats> states = new TreeMap<>();

    /** The state of that name, {@code [tokens x features]}; zeros where there is none yet. */
    public Value get(String name, int features, int tokens, int width) {
        int length = Value.length(features, tokens, width);
        Floats state = states.computeIfAbsent(name, n -> Floats.allocate(length));
        if (state.length() != length) {
            throw new IllegalArgumentException(name + " was carried with " + state.length() + " numbers, found " + length);
        }
        return new Value(state, features, tokens, width);
    }

    /** Takes a copy. */
    public void put(String name, Value state) {
        get(name, state.features(), state.tokens(), state.width()).data().copyFrom(state.data());
    }

    /** Everything carried, for a run's state. */
    public Map<String, Floats> states() {
        return states;
    }

    /** Forgets everything. */
    public void clear() {
        states.clear();
    }
}
