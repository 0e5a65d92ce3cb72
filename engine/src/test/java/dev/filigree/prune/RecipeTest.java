package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recipes as people type them, and whole models pruned by them. */
class RecipeTest {

    @ParameterizedTest
    @CsvSource({"80%,0.8", "0.8,0.8", " 87.5 % ,0.875", "0,0", "0%,0", "0.999,0.999"})
    void aSparsityIsAShareOfZeros(String text, double expected) {
        assertEquals(expected, Sparsity.parse(text), 1e-12);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "100%   | --sparsity: found 100%, expected at least 0% and less than 100%",
        "-1%    | --sparsity: found -1%, expected at least 0% and less than 100%",
        "1      | --sparsity: found 100%, expected at least 0% and less than 100%",
        "80     | --sparsity: found '80', expected a share of zeros below 1, or write 80%",
        "most   | --sparsity: found 'most', expected a share of zeros such as 80% or 0.8",
        "NaN    | --sparsity: found NaN%, expected at least 0% and less than 100%"})
    void anImpossibleSparsityIsRefusedInOneLine(String text, String line) {
        assertEquals(line, assertThrows(UserError.class, () -> Sparsity.parse(text)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2:4          | uniform | sparsegpt | 70% | --sparsity: found 70%, but --pattern 2:4 always removes 50%; ask for that or choose another pattern",
        "2:4          | global  | sparsegpt | 50% | --allocation: --pattern 2:4 keeps the same share everywhere; use uniform or choose another pattern",
        "4:4          | uniform | sparsegpt | 50% | --pattern: found 4:4, expected N:M with N at least 1, less than M, and M at most 128",
        "5x1          | uniform | sparsegpt | 50% | --pattern: found R=5, expected one of 1, 2, 3, 4, 6, 8, 12, 16, 24, 48",
        "unstructured | uniform | sparsegtp | 50% | unknown method 'sparsegtp' - did you mean sparsegpt?"})
    void aContradictionIsRefusedBeforeAnythingRuns(String pattern, String allocation, String method, String sparsity, String line) {
        String said = assertThrows(UserError.class, () -> Recipe.parse(pattern, allocation, method, sparsity)).getMessage();
        assertTrue(said.startsWith(line) && said.lines().count() == 1, said);
    }

    @Test
    void aPatternWithAFixedShareNeedsNoSparsity() {
        assertEquals(0.75, Recipe.parse("1:4", "uniform", "magnitude", null).sparsity());
        assertEquals(Parts.DEFAULT_SPARSITY, Recipe.parse("4x1", "uniform", "magnitude", null).sparsity());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.8, 0.97})
    void everyAllocationKeepsTheShareAskedFor(double sparsity) {
        for (Entry<Allocation> e : Parts.ALLOCATIONS.entries()) {
            for (String pattern : List.of("unstructured", "unstructured(scope=row)", "4x1", "1x3")) {
                Recipe recipe = new Recipe(Parts.PATTERNS.make(pattern), e.make(), Parts.METHODS.make("magnitude"), List.of(), sparsity);
                Bert model = Models.dense(Models.config(Pooling.MEAN), 1);
                PruneReport report = pruner(recipe, 2).prune(model, text(), s -> { });
                long cells = recipe.cells(model.sites()).size();
                double slack = 0.5 * cells * recipe.pattern().unitRows() * recipe.pattern().unitCols() // rounded once a cell
                        + model.sites().stream().mapToLong(s -> (long) (recipe.pattern().unitCols() - 1) * s.rows()).sum(); // ragged groups
                long positions = model.sites().stream().mapToLong(Site::positions).sum();
                assertEquals(sparsity, report.achieved(), slack / positions + 0.02, e.name() + " " + pattern);
                for (Site s : model.sites()) {
                    Weight w = model.param(s).forward();
                    assertEquals(w.sparsity(), report.sites().stream().filter(r -> r.site().equals(s)).findFirst().orElseThrow().achieved(), 1e-12);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sparsegpt", "sparsegpt+faithful+least-squares", "wanda+dsnot", "random", "obs+faithful(bias=false)"})
    void aModelIsPrunedToTheSameBitsByAnyNumberOfThreads(String method) {
        List<float[]> one = pruned(method, 1);
        for (int threads = 2; threads <= 3; threads++) {
            List<float[]> more = pruned(method, threads);
            for (int i = 0; i < one.size(); i++) {
                assertArrayEquals(one.get(i), more.get(i), method + " parameter " + i);
            }
        }
    }

    @Test
    void theReportTellsTheErrorOfEverySiteWhenTextWasGiven() {
        Bert model = Models.dense(Models.config(Pooling.MEAN), 1);
        Recipe recipe = Recipe.parse("unstructured", "uniform", "magnitude", "50%");
        for (SiteReport s : pruner(recipe, 2).prune(model, text(), s -> { }).sites()) {
            assertTrue(s.relativeError().getAsDouble() > 0 && s.relativeError().getAsDouble() < 1, s.toString());
        }
        Bert other = Models.dense(Models.config(Pooling.MEAN), 1);
        List<SiteReport> seen = new ArrayList<>();
        PruneReport report = pruner(recipe, 2).prune(other, List.of(), seen::add);
        assertTrue(report.sites().stream().allMatch(s -> s.relativeError().isEmpty()));
        assertEquals(report.sites(), seen);
        UserError e = assertThrows(UserError.class, () -> pruner(recipe.withSparsity(0.6), 1)
                .prune(Models.dense(Models.config(Pooling.MEAN), 1), List.of(), (s, t, v) -> { throw new UserError("the sink decides"); }, s -> { }));
        assertEquals("the sink decides", e.getMessage());
    }

    @Test
    void aRecipeThatNeedsTextSaysSo() {
        UserError e = assertThrows(UserError.class, () -> pruner(Recipe.parse("unstructured", "uniform", "wanda", "50%"), 1)
                .prune(Models.dense(Models.config(Pooling.MEAN), 1), List.of(), s -> { }));
        assertTrue(e.getMessage().startsWith("this recipe needs calibration text"), e.getMessage());
    }

    @Test
    void aWeightThatIsNotFiniteIsRefusedByName() {
        Bert model = Models.dense(Models.config(Pooling.MEAN), 1);
        Site s = model.sites().get(4);
        Floats values = Floats.allocate(s.rows() * s.cols());
        values.set(s.cols() + 2, Float.NaN);
        model.param(s).set(Dense.of(s.rows(), s.cols(), values));
        UserError e = assertThrows(UserError.class, () -> pruner(Recipe.parse("unstructured", "uniform", "magnitude", "50%"), 1)
                .prune(model, List.of(), r -> { }));
        assertTrue(e.getMessage().startsWith(s.name() + ": found NaN at row 1, column 2"), e.getMessage());
    }

    @Test
    void everyPartSaysWhatItIs() {
        Set<String> names = Parts.shelves().stream().flatMap(s -> s.entries().stream()).map(Entry::summary).collect(Collectors.toSet());
        assertTrue(names.stream().noneMatch(String::isBlank));
    }

    private static List<float[]> pruned(String method, int threads) {
        Bert model = Models.dense(Models.config(Pooling.MEAN), 1);
        pruner(Recipe.parse("unstructured", "uniform", method, "60%"), threads).prune(model, text(), s -> { });
        return model.params().stream().map(p -> {
            Topology t = Topology.of(p.forward());
            return dev.filigree.tensor.Layout.canonical(p.forward(), t).toArray();
        }).toList();
    }

    private static Pruner pruner(Recipe recipe, int threads) {
        return new Pruner(new Compute(Kernels.scalar(), new Parallel(threads)), recipe, new Rng(5));
    }

    private static List<Batch> text() {
        List<int[]> all = Models.sequences(30, 12, 40, 8);
        return List.of(Tokens.of(all.subList(0, 17)), Tokens.of(all.subList(17, 30)));
    }
}
