package dev.filigree.train;

import dev.filigree.base.Rng;
import java.util.Map;
import java.util.TreeMap;

/** Random streams by name, whose positions are a part of a run's state. */
final class Streams implements Stateful {

    private final Rng root;
    private final Map<String, Rng> byName = new TreeMap<>();

    Streams(Rng root) {
        this.root = root;
    }

    Rng of(String name) {
        return byName.computeIfAbsent(name, root::split);
    }

    @Override
    public void save(StateWriter out) {
        out.put("streams", String.join("\n", byName.keySet()));
        byName.forEach((name, rng) -> out.in("stream").put(name, rng.state()));
    }

    @Override
    public void load(StateReader in) {
        byName.clear();
        in.text("streams").lines().forEach(name -> of(name).restore(in.in("stream").integer(name)));
    }
}
