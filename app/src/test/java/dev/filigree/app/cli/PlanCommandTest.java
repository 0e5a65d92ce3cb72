package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.app.sparsify.TinyModel;
import dev.filigree.infer.Plan;
import dev.filigree.infer.PlanFile;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code filigree plan} from a sparse folder to vectors that are computed by the new plan. */
class PlanCommandTest {

    @TempDir
    Path home;

    private Path folder;

    @BeforeEach
    void write() {
        folder = TinyModel.sparse(home.resolve("sparse"));
    }

    private static Optional<Plan> stored(Path folder) {
        try (Checkpoint weights = ModelFolder.weights(folder)) {
            return PlanFile.of(weights);
        }
    }

    private static float[] vector(Path folder) {
        try (SentenceEncoder encoder = SentenceEncoder.open(folder, 2)) {
            return encoder.embed("worda wordb wordc");
        }
    }

    @Test
    void thePlanIsPrintedWithItsReasonsAndStoredOnlyWhenAsked() throws IOException {
        MainTest.Ran ran = MainTest.run("plan", folder.toString(), "--profile", "16,40:3", "--threads", "2");
        assertEquals(0, ran.code(), ran.err());
        for (String expected : List.of("8 of 16 x 16, csr, ", "2 of 32 x 16, csr, ", "csr us", "dense us", "bitmap us", "all dense ms", "of calls", "75 %",
                "16 x 16 at ", "sparse csr pays from ", "sparse 4x1 pays from ")) {
            assertTrue(ran.out().contains(expected), expected + " in " + ran.out());
        }
        assertEquals(Optional.empty(), stored(folder));
        byte[] tensors = tensors(folder);
        MainTest.Ran written = MainTest.run("plan", folder.toString(), "--profile", "16,40:3", "--threads", "2", "--write");
        assertEquals(0, written.code(), written.err());
        assertTrue(MainTest.run("plan", folder.toString(), "--profile", "16,40:3", "--threads", "2").out().contains("the stored plan was measured on this machine"));
        Plan after = stored(folder).orElseThrow();
        assertEquals(List.of(16, 40), after.steps().stream().map(Plan.Step::tokens).toList());
        assertTrue(Arrays.equals(tensors, tensors(folder)), "the weights are as they were");
        try (SentenceEncoder encoder = SentenceEncoder.open(folder, 1)) {
            after.layouts().forEach((site, layout) -> assertEquals(layout, encoder.model().param(site).forward().layout()));
            assertEquals(after, encoder.plan().orElseThrow());
        }
        assertTrue(Arrays.equals(vector(folder), vector(folder)));
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.toString().endsWith(".partial")));
        }
    }

    @Test
    void asJsonItIsDataAndTheSecondTimeItIsTheSameData() throws IOException {
        MainTest.Ran first = MainTest.run("plan", folder.toString(), "--json");
        MainTest.Ran second = MainTest.run("plan", folder.toString(), "--json");
        assertEquals(first.out(), second.out(), "every time was kept");
        JsonNode json = new ObjectMapper().readTree(first.out());
        assertEquals(12, json.at("/plan/choices").size());
        assertTrue(json.at("/plan/steps/0/dense").asDouble() > 0);
        assertTrue(json.at("/break_even/0/tokens").asInt() > 0);
        assertTrue(json.at("/reasons").size() > 3);
        assertTrue(json.at("/stored").isNull());
        JsonNode fresh = new ObjectMapper().readTree(MainTest.run("plan", folder.toString(), "--json", "--fresh").out());
        assertFalse(fresh.at("/plan/kinds").equals(json.at("/plan/kinds")), "measured anew");
    }

    @Test
    void aPlanFromElsewhereIsReplayedAsItIsAndSaidToBe() {
        assertEquals(0, MainTest.run("plan", folder.toString(), "--write").code());
        Plan own = stored(folder).orElseThrow();
        PlanFile.store(folder, new Plan("another processor", own.threads(), own.steps(), own.kinds(),
                own.choices().stream().map(c -> new Plan.Choice(c.site(), "dense", c.kind())).toList()));
        try (SentenceEncoder encoder = SentenceEncoder.open(folder, 1)) {
            encoder.model().sites().forEach(s -> assertEquals("dense", encoder.model().param(s).forward().layout()));
        }
        String out = MainTest.run("plan", folder.toString()).out();
        assertTrue(out.contains("measured elsewhere (another processor; here: "), out);
    }

    @Test
    void aBrokenPlanIsOneLineForWhoeverServesAndMendedByAnother() {
        ModelFolder.note(folder, PlanFile.KEY, "{\"choices\": [{\"site\": \"x\", \"layout\": \"diagonal\"}]}");
        MainTest.Ran embed = MainTest.run("embed", folder.toString(), "worda");
        assertEquals(1, embed.code());
        assertEquals(1, embed.err().lines().count(), embed.err());
        assertTrue(embed.err().contains("model.safetensors: metadata filigree.plan names the layout 'diagonal'"), embed.err());
        assertEquals(0, MainTest.run("plan", folder.toString(), "--write").code());
        assertEquals(0, MainTest.run("embed", folder.toString(), "worda").code());
    }

    @Test
    void whatCannotBeDoneIsOneLine() {
        for (List<String> wrong : List.of(List.of("plan", folder.toString(), "--profile", "0"), List.of("plan", home.resolve("none").toString()),
                List.of("plan", folder.resolve("model.safetensors").toString(), "--write"))) {
            MainTest.Ran ran = MainTest.run(wrong.toArray(String[]::new));
            assertEquals(1, ran.code());
            assertEquals(1, ran.err().lines().count(), ran.err());
        }
    }

    private static byte[] tensors(Path folder) throws IOException {
        try (Checkpoint weights = ModelFolder.weights(folder)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (StoredTensor t : weights.tensors()) {
                all.write(t.name().getBytes(StandardCharsets.UTF_8));
                all.write(t.data().toArray(ValueLayout.JAVA_BYTE));
            }
            return all.toByteArray();
        }
    }
}
