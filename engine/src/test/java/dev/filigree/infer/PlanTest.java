package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.tensor.Layout;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A plan is data: it is written, read and replayed, and what it does to the bits does not depend on any clock. */
class PlanTest {

    private static final List<int[]> SEQUENCES = Models.sequences(30, 60, 40, 4);

    private static Bert model() {
        return Models.sparse(Models.config(Pooling.MEAN), 3, 0.8, Layout.CSR);
    }

    private static Plan.Step step(int tokens, int width) {
        return new Plan.Step(tokens, 1, width, Map.of(width, 1.0), 1);
    }

    /** Layouts in turn, so that every one is somewhere. */
    private static Plan mixed(List<Plan.Step> steps, String... layouts) {
        Bert model = model();
        return new Plan("elsewhere", 7, steps, List.of(), IntStream.range(0, model.sites().size())
                .mapToObj(i -> new Plan.Choice(model.sites().get(i).name(), layouts[i % layouts.length], 0)).toList());
    }

    private static float[][] run(Plan plan, int threads) {
        Bert model = model();
        plan.apply("test", model, Arena.ofAuto());
        try (Session session = new Session(model, Compute.of(threads), plan::width)) {
            return session.encode(SEQUENCES);
        }
    }

    @Test
    void aPlanReplayedFromItsTextGivesTheSameBits() {
        Plan plan = mixed(List.of(step(16, 16), step(64, 32), step(512, 16)), "dense", "csr", "bitmap");
        float[][] expected = run(plan, 1);
        Plan read = PlanFile.read("test", PlanFile.write(plan));
        assertEquals(plan, read);
        for (int threads : new int[] {1, 2, 3}) {
            float[][] found = run(read, threads);
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], found[i], threads + " threads, sequence " + i);
            }
        }
    }

    @Test
    void thePanelsOfVectorsMayBeAnyWidthUpToRounding() {
        float[][] expected = run(mixed(List.of(step(512, 64)), "dense", "csr", "bitmap"), 2);
        for (int width : new int[] {16, 32}) {
            float[][] found = run(mixed(List.of(step(512, width)), "dense", "csr", "bitmap"), 2);
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], found[i], 1e-5f, "width " + width + ", sequence " + i);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 16", "16, 16", "17, 32", "40, 32", "64, 32", "65, 16", "512, 16", "9999, 16"})
    void aWidthHoldsUpToItsStepAndTheLastForAllBeyond(int tokens, int width) {
        assertEquals(width, mixed(List.of(step(16, 16), step(64, 32), step(512, 16)), "csr").width(tokens));
    }

    @Test
    void aWidthIsNeverMoreThanTheTokensNeed() {
        Plan plan = mixed(List.of(step(512, 64)), "csr");
        assertEquals(Kernels.widthFor(10), plan.width(10));
        assertEquals(64, plan.width(64));
        Plan none = mixed(List.of(), "csr");
        for (int tokens : new int[] {1, 16, 20, 64, 1000}) {
            assertEquals(Kernels.widthFor(tokens), none.width(tokens), "a plan that says nothing leaves the usual rule");
        }
    }

    @Test
    void aPlanOfAnEarlierVersionIsReplayed() {
        String site = model().sites().getFirst().name();
        Plan plan = PlanFile.read("test", "{\"profile\": 2048, \"threads\": 2, \"choices\": [{\"site\": \"" + site
                + "\", \"layout\": \"dense\", \"microseconds\": {\"dense\": 1.5, \"csr\": 2}}]}");
        Bert model = model();
        plan.apply("test", model, Arena.ofAuto());
        assertEquals("dense", model.param(site).forward().layout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[]", "3", "{}", "{\"choices\": [null]}", "{\"choices\": [{\"site\": \"a\"}]}",
        "{\"choices\": [{\"site\": \"a\", \"layout\": \"diagonal\"}]}", "{\"choices\": [{\"site\": \"a\", \"layout\": \"0x1\"}]}",
        "{\"choices\": [], \"steps\": [null]}", "{\"choices\": [], \"steps\": [{\"tokens\": 16, \"width\": 48}]}",
        "{\"choices\": [], \"steps\": [{\"tokens\": 0, \"width\": 16}]}", "{\"choices\": [], \"steps\": {\"tokens\": 16}}",
        "{\"choices\": [], \"steps\": [{\"tokens\": 64, \"width\": 16}, {\"tokens\": 16, \"width\": 16}]}"})
    void aMalformedPlanIsOneLine(String text) {
        UserError e = assertThrows(UserError.class, () -> PlanFile.read("m.safetensors", text));
        assertTrue(e.getMessage().startsWith("m.safetensors: metadata filigree.plan ") && e.getMessage().contains("filigree plan"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"encoder.layer.9.output.dense.weight, csr, which this model does not have", "'', 4x1, do not form 4x1 blocks", "'', 2:4, not 2:4"})
    void aPlanThatDoesNotFitTheModelIsOneLine(String site, String layout, String expected) {
        Bert model = model();
        String name = site.isEmpty() ? model.sites().getFirst().name() : site;
        Plan plan = new Plan("here", 1, List.of(), List.of(), List.of(new Plan.Choice(name, layout, 0)));
        UserError e = assertThrows(UserError.class, () -> plan.apply("m.safetensors", model, Arena.ofAuto()));
        assertTrue(e.getMessage().startsWith("m.safetensors: its plan ") && e.getMessage().contains(name) && e.getMessage().contains(expected), e.getMessage());
    }
}
