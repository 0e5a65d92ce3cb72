package dev.filigree.app.sparsify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.report.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

    private static Outcome outcome() {
        Map<String, String> recipe = new LinkedHashMap<>();
        recipe.put("model", "minilm");
        recipe.put("pattern", "4x1");
        recipe.put("method", "sparsegpt");
        Map<String, Quality> quality = new LinkedHashMap<>();
        quality.put(SparsifyRun.DENSE, new Closeness(1, 1, 0.867));
        quality.put(SparsifyRun.ONE_SHOT, new Closeness(0.62, 0.6, 0.83));
        quality.put(SparsifyRun.RECOVERED, new Closeness(0.91, 0.9, 0.859));
        List<Outcome.Layer> layers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (String role : List.of("query", "ffn_in")) {
                layers.add(new Outcome.Layer(i + "." + role, 384, 384, 0.7 + 0.05 * i, "4x1", 900, 300, 100_000));
            }
        }
        List<Speed.Result> speed = List.of(new Speed.Result(SparsifyRun.DENSE, 32, 64, new double[] {100, 101, 99}),
                new Speed.Result(SparsifyRun.SPARSE, 32, 64, new double[] {240, 250, 245}),
                new Speed.Result("ONNX Runtime fp32", 32, 64, new double[] {150, Double.NaN, 152}));
        return new Outcome(RunRecord.start("sparsify", 1, 2, "vector 512 bit", recipe, Map.of("pairs", "STS-B dev")).finished(), 0.8, 0.8, 0.38, "ONE_LAYER", layers, quality,
                List.of(new Outcome.Point(0, 0, 0.62), new Outcome.Point(500, 60, 0.84), new Outcome.Point(1000, 120, 0.91)), 254,
                new LinkedHashMap<>(Map.of(SparsifyRun.DENSE, 90_000_000L, SparsifyRun.SPARSE, 30_000_000L)),
                new LinkedHashMap<>(Map.of(SparsifyRun.DENSE, 90_000_000L, SparsifyRun.SPARSE, 32_000_000L)), speed, Map.of("ONNX Runtime int8", "it did not start"),
                new Verdict(List.of("speed: the sparse model is fastest"), "use the sparse model on this machine"));
    }

    @Test
    void thePageShowsFiguresPlotsVerdictAndProvenance() {
        String page = Page.html(outcome());
        for (String expected : List.of("minilm at 80.0 % sparsity", "0.910", "99.1 %", "3.00x", "Use the sparse model on this machine.", "Quality against time of recovery",
                "Sparsity of each weight", "layer 2", "Sequences a second", "not measured: it did not start", "STS-B dev", "vector 512 bit")) {
            assertTrue(page.contains(expected), expected);
        }
        assertFalse(page.contains("NaN"), () -> "what was not measured is a dash: " + page.substring(page.indexOf("NaN") - 200, page.indexOf("NaN") + 20));
    }

    @Test
    void bothFilesAreWrittenAndTheJsonCanBeRead(@TempDir Path folder) throws IOException {
        Page.write(folder, outcome());
        JsonNode json = new ObjectMapper().readTree(Files.readString(folder.resolve("report.json")));
        assertEquals(0.859, json.at("/quality/recovered/spearman").asDouble(), 1e-12);
        assertEquals(2, json.at("/run/threads").asInt());
        assertTrue(json.at("/speed/2/rates/1").isNull());
        assertTrue(Files.readString(folder.resolve("report.html")).startsWith("<!doctype html>"));
    }
}
