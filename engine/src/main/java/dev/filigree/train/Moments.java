package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Remap;
import dev.filigree.tensor.Slots;
import java.util.LinkedHashMap;
import java.util.Map;

/** One number beside each trained value, in slot order; starts at zero. */
final class Moments implements Stateful {

    private final Map<String, Floats> byParam = new LinkedHashMap<>();

    /** Once it is there it may be read by several threads: {@code computeIfAbsent} may not, for it may still have the table to enlarge. */
    Floats of(Param p) {
        Floats m = byParam.get(p.name());
        if (m == null) {
            m = Floats.allocate(Slots.of(p.backward()).length());
            byParam.put(p.name(), m);
        }
        return m;
    }

    void remap(Param p, Remap remap) {
        byParam.computeIfPresent(p.name(), (name, old) -> remap.apply(old));
    }

    void clear() {
        byParam.clear();
    }

    long bytes() {
        return byParam.values().stream().mapToLong(Floats::bytes).sum();
    }

    @Override
    public void save(StateWriter out) {
        out.put("names", String.join("\n", byParam.keySet()));
        byParam.forEach(out::put);
    }

    @Override
    public void load(StateReader in) {
        byParam.clear();
        in.text("names").lines().forEach(name -> byParam.put(name, in.floats(name)));
    }
}
