package dev.filigree.infer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where measured times are kept, so that nothing need be measured twice. Not for several threads. */
public interface Timings {

    /** What the times depend on beside the product: processor, kernels, Java, version of the engine. */
    String machine();

    /** Readings by layout and width that were kept under {@code key} on this machine. */
    Optional<Map<String, Map<Integer, Reading>>> find(String key);

    void keep(String key, Map<String, Map<Integer, Reading>> readings);

    /** Forgets everything when the process ends. */
    static Timings inMemory(String machine) {
        Map<String, Map<String, Map<Integer, Reading>>> kept = new LinkedHashMap<>();
        return new Timings() {
            @Override
            public String machine() {
                return machine;
            }

            @Override
            public Optional<Map<String, Map<Integer, Reading>>> find(String key) {
                return Optional.ofNullable(kept.get(key));
            }

            @Override
            public void keep(String key, Map<String, Map<Integer, Reading>> readings) {
                kept.put(key, readings);
            }
        };
    }
}
