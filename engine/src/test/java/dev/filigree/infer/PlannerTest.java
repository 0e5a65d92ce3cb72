package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Pooling;
import dev.filigree.io.EncoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.tensor.Layout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The planner with times made up by the test: it must choose what the times say, and nothing else. */
class PlannerTest {

    private final Bert model = Models.sparse(Models.config(Pooling.MEAN), 3, 0.8, Layout.CSR);
    private int measured;

    private Meter meter(ToDoubleFunction<Meter.Trial> microseconds) {
        return trials -> {
            measured++;
            return trials.stream().map(t -> new Reading(microseconds.applyAsDouble(t), 0, t.copies().getFirst().bytes())).toList();
        };
    }

    private Plan plan(String profile, ToDoubleFunction<Meter.Trial> microseconds) {
        return new Planner(meter(microseconds), 2, Profile.parse(profile), Timings.inMemory("here")).measure(model, () -> { });
    }

    private static Set<Integer> widths(int most) {
        return Arrays.stream(Kernels.WIDTHS).filter(w -> w <= most && (w > 1 || most < Kernels.WIDTHS[1])).boxed().collect(Collectors.toSet());
    }

    private static Set<String> layouts(Plan plan) {
        return new HashSet<>(plan.layouts().values());
    }

    @Test
    void theFasterLayoutIsChosen() {
        for (String fast : List.of("dense", "csr", "bitmap")) {
            Plan plan = plan("16,64", t -> t.layout().equals(fast) ? 10 : 11);
            assertEquals(Set.of(fast), layouts(plan));
            assertEquals(model.sites().size(), plan.choices().size());
        }
    }

    @Test
    void theProfileDecidesWhereSizesDisagree() {
        ToDoubleFunction<Meter.Trial> denseLikesMany = t -> t.layout().equals("dense") == t.tokens() > 32 ? 10 : 30;
        assertEquals(Set.of("dense"), layouts(plan("16:0.4,64:0.6", denseLikesMany)));
        assertFalse(layouts(plan("16:0.6,64:0.4", denseLikesMany)).contains("dense"));
    }

    @Test
    void everyShapeIsChosenForItself() {
        Plan plan = plan("64", t -> t.layout().equals("dense") == t.copies().getFirst().cols() > 24 ? 1 : 2);
        plan.kinds().forEach(k -> assertEquals(k.cols() > 24, k.layout().equals("dense"), k.toString()));
        plan.choices().forEach(c -> assertEquals(plan.kinds().get(c.kind()).layout(), c.layout()));
    }

    @Test
    void oneWidthServesAllLayersOfAPass() {
        // narrow panels suit few weights much, wide ones suit most a little
        Plan plan = plan("64", t -> t.copies().getFirst().cols() > 24 ? (t.width() == 16 ? 5 : 10) : (t.width() == 64 ? 8 : 10));
        assertEquals(64, plan.steps().getFirst().width());
        assertEquals(widths(64), plan.steps().getFirst().microseconds().keySet());
        plan.steps().getFirst().microseconds().values().forEach(all -> assertTrue(all >= plan.steps().getFirst().planned()));
        assertEquals(Kernels.WIDTHS[1], plan("64", t -> t.width()).width(64));
        assertEquals(widths(16), plan("16", t -> t.width()).steps().getFirst().microseconds().keySet(), "a wider panel would only compute more");
    }

    @Test
    void aLayoutAtItsOwnBestWidthMustNotMisleadTheOthers() {
        // csr is quick in narrow panels only, dense in wide ones only, and dense wins at its best
        Plan plan = plan("64", t -> t.layout().equals("dense") ? (t.width() == 64 ? 4 : 50) : (t.width() == 16 ? 5 : 60));
        assertEquals(64, plan.steps().getFirst().width());
        assertEquals(Set.of("dense"), layouts(plan));
    }

    @Test
    void theReasonIsKeptWithTheChoice() {
        Plan plan = plan("16,64", t -> (t.layout().equals("dense") ? 38 : 41) * t.tokens() / t.width());
        Plan.Kind kind = plan.kinds().getFirst();
        assertEquals(38, kind.readings().get(0).get("dense").microseconds());
        assertEquals(41, kind.readings().get(1).get("csr").microseconds());
        assertEquals(38, kind.microseconds("dense", plan.steps()));
        assertEquals(plan.steps().get(1).dense(), plan.steps().get(1).planned(), "all dense");
        assertEquals(0.8, kind.sparsity(), 0.05);
        assertEquals("csr", kind.pattern());
        assertEquals("here", plan.machine());
    }

    @Test
    void manyTokensAreTimedAsFewerAndMultiplied() {
        Set<Integer> tokens = new HashSet<>();
        Plan plan = plan("64,409600", t -> {
            tokens.add(t.tokens());
            return t.tokens();
        });
        assertEquals(Set.of(64, Planner.MOST_TOKENS), tokens);
        assertEquals(409_600, plan.kinds().getFirst().readings().get(1).get("dense").microseconds());
    }

    @Test
    void whatIsKnownIsNotMeasuredAgain() {
        Timings timings = Timings.inMemory("here");
        Planner first = new Planner(meter(t -> t.width()), 2, Profile.parse("16,64"), timings);
        Plan one = first.measure(model, () -> { });
        int units = measured;
        assertEquals(first.units(model), units);
        first.breakEven(one, () -> { });
        assertEquals(Planner.breakEvenUnits(one), measured - units);
        Planner second = new Planner(meter(t -> 1 + measured), 2, Profile.parse("16,64"), timings);
        int before = measured;
        assertEquals(one, second.measure(model, () -> { }));
        second.breakEven(one, () -> { });
        assertEquals(before, measured);
        new Planner(meter(t -> t.width()), 3, Profile.parse("16,64"), timings).measure(model, () -> { });
        assertEquals(before + units, measured, "other threads, other times");
    }

    @Test
    void whereOneTimeIsMissingTheWholeGroupIsTimedTogether() {
        Timings timings = Timings.inMemory("here");
        Timings forgetful = new Timings() {
            @Override
            public String machine() {
                return "here";
            }

            @Override
            public Optional<Map<String, Map<Integer, Reading>>> find(String key) {
                return timings.find(key).map(all -> Map.of("csr", all.get("csr"))); // as an older version kept it
            }

            @Override
            public void keep(String key, Map<String, Map<Integer, Reading>> readings) {
                timings.keep(key, readings);
            }
        };
        for (int i = 1; i <= 2; i++) {
            Planner p = new Planner(meter(t -> t.layout().equals("bitmap") ? 1 : 2), 2, Profile.parse("16"), forgetful);
            assertEquals(Set.of("bitmap"), layouts(p.measure(model, () -> { })));
            assertEquals(i * p.units(model), measured);
        }
    }

    @Test
    void weightsOfNearlyOneDensityAreTimedOnceWhereverTheirDensityLies() {
        for (double sparsity : new double[] {0.30, 0.32, 0.34, 0.36, 0.38, 0.40}) {
            Bert large = Models.sparse(new EncoderConfig(96, 2, 4, 192, 40, 70, 2, 1e-12f, Pooling.MEAN, true), 3, sparsity, Layout.CSR);
            assertEquals(3, new Planner(meter(t -> 1), 1, Profile.parse("16"), Timings.inMemory("here")).units(large), "three shapes at " + sparsity);
        }
    }

    @Test
    void weightsWithoutZerosStayDenseAndDenseOnesWithZerosMayRunSparse() {
        Bert dense = Models.dense(Models.config(Pooling.MEAN), 1);
        Planner planner = new Planner(meter(t -> t.layout().equals("csr") ? 1 : 2), 2, Profile.parse("16"), Timings.inMemory("here"));
        assertEquals(Set.of("dense"), layouts(planner.measure(dense, () -> { })));
        Bert zeros = Models.sparse(Models.config(Pooling.MEAN), 1, 0.9, Layout.TILED);
        assertEquals(Set.of("csr"), layouts(planner.measure(zeros, () -> { })));
    }

    @Test
    void patternsBringTheirOwnLayouts() {
        for (Map.Entry<String, Layout> e : Map.of("4x1", Layout.blocks(4), "1x8", Layout.groups(8), "2:4", Layout.nOfM(2, 4)).entrySet()) {
            Bert patterned = Patterns.model(e.getKey(), e.getValue());
            Set<String> tried = new HashSet<>();
            new Planner(meter(t -> {
                tried.add(t.layout());
                return 1;
            }), 1, Profile.parse("16"), Timings.inMemory("here")).measure(patterned, () -> { });
            assertEquals(Set.of("dense", "csr", "bitmap", "sliced", e.getKey()), tried);
            Bert asCsr = Patterns.model(e.getKey(), Layout.CSR);
            tried.clear();
            new Planner(meter(t -> {
                tried.add(t.layout());
                return 1;
            }), 1, Profile.parse("16"), Timings.inMemory("here")).measure(asCsr, () -> { });
            assertTrue(tried.contains(e.getKey()), "the pattern shows in the positions: " + tried);
        }
    }

    @Test
    void realProductsAreTimed() {
        Plan plan = new Planner(Compute.of(2), Profile.parse("16,40"), Timings.inMemory("here")).measure(model, () -> { });
        for (Plan.Kind k : plan.kinds()) {
            assertEquals(Set.of("csr", "dense", "bitmap", "sliced"), k.readings().getFirst().keySet());
            k.readings().forEach(r -> r.values().forEach(v -> assertTrue(v.microseconds() > 0 && v.bytes() > 0, v.toString())));
        }
        assertTrue(plan.layouts().values().stream().allMatch(Candidates::known));
    }
}
