package dev.filigree.house;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The map in HOUSE.md, enforced on the compiled classes, and the traps that nobody should have to remember. */
class ArchitectureTest {

    private static final String ROOT = "dev.filigree.";

    /** Each room and the rooms directly below it; what lies below those may be used too. */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            Map.entry("base", List.of()),
            Map.entry("kernel", List.of("base")),
            Map.entry("tensor", List.of("kernel")),
            Map.entry("io", List.of("tensor")),
            Map.entry("ops", List.of("tensor")),
            Map.entry("model", List.of("ops", "io")),
            Map.entry("grad", List.of("ops")),
            Map.entry("calib", List.of("model")),
            Map.entry("train", List.of("grad", "model")),
            Map.entry("prune", List.of("train", "calib")),
            Map.entry("infer", List.of("model", "calib")),
            Map.entry("retrieve", List.of("io")),
            Map.entry("encode", List.of("train", "retrieve", "infer")),
            Map.entry("report", List.of("base")));

    /** What library code must not do, as the start of a used member, and why. */
    private static final Map<String, String> BANNED = orderedMap(
            "java.lang.Math.fma", "scalar fma is a slow library call where the processor has none; write a * b + c",
            "java.lang.Math.random", "no seed: take an Rng",
            "java.util.Random.", "take an Rng: named, splittable, the same on every Java",
            "java.util.concurrent.ThreadLocalRandom.", "no seed: take an Rng",
            "java.util.Collections.shuffle", "take Rng.permutation",
            "java.lang.System.exit", "a library does not end its host",
            "java.lang.System.setProperty", "a library does not change its host",
            "java.lang.System.out", "standard output belongs to the program, not to the library",
            "java.lang.Throwable.printStackTrace", "throw, with a line that helps");

    private static Map<String, String> orderedMap(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static String room(String className) {
        String rest = className.substring(ROOT.length());
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : "";
    }

    private static Set<String> below(String room) {
        Set<String> all = new TreeSet<>();
        for (String r : ARROWS.get(room)) {
            all.add(r);
            all.addAll(below(r));
        }
        return all;
    }

    private static void none(List<String> faults) {
        assertTrue(faults.isEmpty(), () -> "\n" + String.join("\n", faults) + "\n");
    }

    @Test
    void everyRoomIsOnTheMapAndUsesOnlyWhatLiesBelowIt() {
        List<String> faults = new ArrayList<>();
        for (ClassModel c : Classes.all()) {
            String name = Classes.name(c);
            String room = room(name);
            if (room.isEmpty()) {
                continue; // the front door sees the whole house
            }
            if (!ARROWS.containsKey(room)) {
                faults.add(name + " is in a room that is not on the map: add '" + room + "' and its arrows to HOUSE.md and to this test");
                continue;
            }
            for (String other : Classes.mentioned(c)) {
                if (other.startsWith(ROOT) && !room(other).equals(room) && !below(room).contains(room(other))) {
                    faults.add(name + " uses " + other + ", but " + room + " may use only " + below(room));
                }
            }
        }
        none(faults);
    }

    @Test
    void vectorCodeStaysInItsPackage() {
        List<String> faults = new ArrayList<>();
        for (ClassModel c : Classes.all()) {
            boolean vector = Classes.mentioned(c).stream().anyMatch(n -> n.startsWith("jdk.incubator"));
            if (vector && !Classes.name(c).startsWith(ROOT + "kernel.vector.")) {
                faults.add(Classes.name(c) + " uses the incubator module, which only dev.filigree.kernel.vector may: the rest must load without it");
            }
            if (Classes.mentioned(c).stream().anyMatch(n -> n.startsWith(ROOT + "kernel.vector.")) && !Classes.name(c).startsWith(ROOT + "kernel.vector.")) {
                faults.add(Classes.name(c) + " links to kernel.vector, which must be found by name: it cannot be loaded without the incubator module");
            }
        }
        none(faults);
    }

    @Test
    void vectorsHaveOneWidth() {
        List<String> faults = new ArrayList<>();
        for (ClassModel c : Classes.all()) {
            Classes.used(c).stream().filter(m -> m.contains(".SPECIES_") && !Classes.name(c).equals(ROOT + "kernel.vector.Lanes"))
                    .forEach(m -> faults.add(Classes.name(c) + " uses " + m + ": a second width in one process spoils what the compiler knows of the first, see Lanes.F"));
        }
        none(faults);
    }

    @Test
    void trapsAreNotStepped() {
        List<String> faults = new ArrayList<>();
        for (ClassModel c : Classes.all()) {
            for (String member : Classes.used(c)) {
                BANNED.forEach((start, why) -> {
                    if (member.startsWith(start)) {
                        faults.add(Classes.name(c) + " uses " + member + ": " + why);
                    }
                });
            }
        }
        none(faults);
    }

    @Test
    void nothingStaticChanges() {
        List<String> faults = new ArrayList<>();
        for (ClassModel c : Classes.all()) {
            c.fields().stream()
                    .filter(f -> f.flags().has(AccessFlag.STATIC) && !f.flags().has(AccessFlag.FINAL) && !f.flags().has(AccessFlag.SYNTHETIC))
                    .forEach(f -> faults.add(Classes.name(c) + "." + f.fieldName().stringValue() + " is static and not final: two models in one process would share it"));
        }
        none(faults);
    }
}
