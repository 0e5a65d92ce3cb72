package dev.filigree.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Timings in one JSON file that several machines and versions may share:
 * {@code {"format": ..., "times": {"<machine>; <product>": {"<layout>": {"<width>": [us, spread, bytes]}}}}}. What is
 * malformed is left aside with one line and measured anew.
 */
public final class TimingsFile implements Timings {

    private static final String FORMAT = "filigree timings 1";
    private static final long LONGEST = 16L << 20;
    /** Groups that are kept; the oldest make room. A model takes some ten. */
    private static final int MOST_GROUPS = 2000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final String machine;
    private final boolean fresh;
    private final Consumer<String> say;
    private final Map<String, JsonNode> groups = new LinkedHashMap<>();
    private final Set<String> measured = new HashSet<>();

    private TimingsFile(Path file, String machine, boolean fresh, Consumer<String> say) {
        this.file = file;
        this.machine = machine;
        this.fresh = fresh;
        this.say = say;
    }

    /**
     * Reads what is there; no file is no fault.
     *
     * @param fresh finds only what is measured from now on
     * @param say   takes the lines that a person should see
     */
    public static TimingsFile open(Path file, String machine, boolean fresh, Consumer<String> say) {
        TimingsFile timings = new TimingsFile(file, machine, fresh, say);
        if (Files.exists(file)) {
            timings.load();
        }
        return timings;
    }

    @Override
    public String machine() {
        return machine;
    }

    @Override
    public Optional<Map<String, Map<Integer, Reading>>> find(String key) {
        String whole = key(key);
        return fresh && !measured.contains(whole) || !groups.containsKey(whole) ? Optional.empty() : Optional.ofNullable(parse(groups.get(whole)));
    }

    @Override
    public void keep(String key, Map<String, Map<Integer, Reading>> readings) {
        ObjectNode group = JSON.createObjectNode();
        readings.forEach((layout, byWidth) -> {
            ObjectNode widths = group.putObject(layout);
            byWidth.forEach((width, r) -> widths.putArray(width.toString()).add(r.microseconds()).add(r.spread()).add(r.bytes()));
        });
        groups.remove(key(key)); // the newest stand last
        groups.put(key(key), group);
        measured.add(key(key));
    }

    /** Whether anything was measured since this was opened. */
    public boolean measured() {
        return !measured.isEmpty();
    }

    /** Writes the file when something was measured. A folder that cannot be written costs one line and the time to measure again. */
    public void save() {
        if (!measured()) {
            return;
        }
        while (groups.size() > MOST_GROUPS) {
            groups.remove(groups.keySet().iterator().next());
        }
        ObjectNode all = JSON.createObjectNode();
        all.put("format", FORMAT);
        ObjectNode times = all.putObject("times");
        groups.forEach(times::set);
        try {
            AtomicFile.write(file, JSON.writeValueAsBytes(all));
        } catch (UserError e) {
            say.accept("measured times are not kept: " + e.getMessage());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String key(String product) {
        return machine + "; " + product;
    }

    private void load() {
        try {
            if (Files.size(file) > LONGEST) {
                throw new IOException("it has " + Files.size(file) + " bytes, expected at most " + LONGEST);
            }
            JsonNode all = JSON.readTree(Files.readAllBytes(file));
            if (!all.path("format").asText().equals(FORMAT) || !all.path("times").isObject()) {
                throw new IOException("it does not say \"" + FORMAT + "\"");
            }
            all.get("times").properties().forEach(e -> groups.put(e.getKey(), e.getValue()));
        } catch (JsonProcessingException e) {
            say.accept(file + ": no measured times (" + e.getOriginalMessage() + "); measuring anew");
        } catch (IOException e) {
            say.accept(file + ": no measured times (" + e.getMessage() + "); measuring anew");
        }
    }

    /** Null when any of it is not a time. */
    private static Map<String, Map<Integer, Reading>> parse(JsonNode group) {
        Map<String, Map<Integer, Reading>> readings = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> layout : group.properties()) {
            Map<Integer, Reading> byWidth = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> width : layout.getValue().properties()) {
                boolean sound = width.getValue() instanceof ArrayNode a && a.size() == 3 && a.get(0).asDouble(-1) > 0 && a.get(1).asDouble(-1) >= 0
                        && a.get(2).asLong(-1) >= 0 && width.getKey().matches("\\d{1,6}");
                if (!sound) {
                    return null;
                }
                JsonNode r = width.getValue();
                byWidth.put(Integer.parseInt(width.getKey()), new Reading(r.get(0).asDouble(), r.get(1).asDouble(), r.get(2).asLong()));
            }
            if (byWidth.isEmpty()) {
                return null;
            }
            readings.put(layout.getKey(), byWidth);
        }
        return readings;
    }
}
