package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.allocation.Damage;
import dev.filigree.prune.allocation.ErdosRenyi;
import dev.filigree.prune.allocation.Global;
import dev.filigree.prune.allocation.RelativeError;
import dev.filigree.prune.allocation.Survey;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many weights each cell keeps. */
class AllocationTest {

    private static final List<Site> SITES = List.of(new Site("small", 0, Role.QUERY, 5, 7), new Site("wide", 0, Role.FFN_IN, 40, 30),
            new Site("deep", 1, Role.FFN_OUT, 30, 60));

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.31, 0.5, 0.8, 0.99})
    void oneThresholdKeepsExactlyTheCountAskedFor(double sparsity) {
        for (Scope scope : Scope.values()) {
            List<Cell> cells = cells(scope);
            long units = cells.stream().mapToLong(Cell::units).sum();
            for (Allocation a : List.of(new Global(), new RelativeError(0, 1e9), new Damage(new RelativeError(0, 1e9)))) {
                assertEquals(Math.round(units * (1 - sparsity)), Arrays.stream(a.keep(cells, sparsity, survey(1))).sum(), a + " " + scope);
            }
        }
    }

    @Test
    void globalKeepsTheHighestScoresWhereverTheyAre() {
        List<Cell> cells = cells(Scope.LAYER);
        Survey survey = survey(1);
        long[] keep = new Global().keep(cells, 0.75, survey);
        float least = Float.POSITIVE_INFINITY;
        float most = 0;
        for (int i = 0; i < cells.size(); i++) {
            float[] s = survey.unitScores(cells.get(i).site()).clone();
            Arrays.sort(s);
            least = keep[i] == 0 ? least : Math.min(least, s[s.length - (int) keep[i]]);
            most = keep[i] == s.length ? most : Math.max(most, s[s.length - (int) keep[i] - 1]);
        }
        assertTrue(least >= most, least + " kept, " + most + " gone");
    }

    @Test
    void equalScoresAreKeptInTheFirstCells() {
        Survey flat = new Fixed(new float[] {2, 2, 2}, 1);
        assertArrayEquals(new long[] {35, 200, 0}, new Global().keep(cells(Scope.LAYER), 1 - 235 / 3035.0, flat));
    }

    @Test
    void boundsHoldForEveryCell() {
        Survey lopsided = new Fixed(new float[] {1e-6f, 1, 1e6f}, 1);
        long[] keep = new RelativeError(0.5, 1.5).keep(cells(Scope.LAYER), 0.8, lopsided);
        assertEquals(Math.ceil(0.5 * 0.2 * 35), keep[0]);
        assertTrue(keep[2] <= 1.5 * 0.2 * 1800 && keep[1] <= 1.5 * 0.2 * 1200, Arrays.toString(keep));
        assertEquals(Math.round(0.2 * 3035), Arrays.stream(keep).sum());
    }

    @Test
    void aLayerThatDoesMoreDamageKeepsMore() {
        long[] equal = new Damage(new RelativeError(0, 1e9)).keep(cells(Scope.LAYER), 0.7, survey(1));
        long[] fragile = new Damage(new RelativeError(0, 1e9)).keep(cells(Scope.LAYER), 0.7, survey(20));
        assertTrue(fragile[1] > equal[1] && fragile[2] < equal[2], Arrays.toString(equal) + " and " + Arrays.toString(fragile));
    }

    @Test
    void aWindowCountsInErkAndNotInEr() {
        Site matrix = new Site("matrix", 0, Role.HIDDEN, 100, 90);
        Site window = new Site("window", 1, Role.HIDDEN, 100, 90, 3, 3); // 10 inputs
        List<Cell> both = List.of(new Cell(matrix, 0, 9000, 1, OptionalLong.empty()), new Cell(window, 0, 9000, 1, OptionalLong.empty()));
        // shares go as 100 + 90 to 100 + 10, or to 100 + 10 + 3 + 3; together half of 18,000
        assertArrayEquals(new long[] {Math.round(9000 * 190.0 / 300), Math.round(9000 * 110.0 / 300)}, new ErdosRenyi(false).keep(both, 0.5, null));
        assertArrayEquals(new long[] {Math.round(9000 * 190.0 / 306), Math.round(9000 * 116.0 / 306)}, new ErdosRenyi(true).keep(both, 0.5, null));
    }

    @Test
    void smallLayersKeepMoreByErdosRenyiAndNoneMoreThanAll() {
        long[] keep = new ErdosRenyi(true).keep(cells(Scope.LAYER), 0.6, null);
        assertEquals(35, keep[0]);
        double left = 0.4 * 3035 - 35; // shared in proportion to rows + columns: 70 to 90
        assertEquals(Math.round(left * 70 / 160), keep[1]);
        assertEquals(Math.round(left * 90 / 160), keep[2]);
    }

    @Test
    void aTrialLeavesTheModelAsItWas() {
        Bert model = Models.dense(Models.config(Pooling.MEAN), 1);
        List<Weight> before = new ArrayList<>();
        model.params().forEach(p -> before.add(p.forward()));
        Compute compute = new Compute(Kernels.scalar(), new Parallel(1));
        List<Batch> text = List.of(Tokens.of(Models.sequences(20, 12, 40, 8)));
        Survey survey = new Surveyor(compute, Recipe.parse("unstructured", "damage", "sparsegpt", "80%"), new Rng(1)).survey(model, text);
        for (Site s : model.sites()) {
            assertTrue(survey.damage(s) > 0 && survey.outputEnergy(s) > 0, s.name());
        }
        for (int i = 0; i < before.size(); i++) {
            assertSame(before.get(i), model.params().get(i).forward());
        }
    }

    private static List<Cell> cells(Scope scope) {
        return SITES.stream().flatMap(s -> Blocks.unstructured().cells(s, scope).stream()).toList();
    }

    /** Random scores; the site "wide" does {@code damage}, the others 1. */
    private static Survey survey(double damage) {
        return new Fixed(null, damage);
    }

    /** @param scores the same for all units of a site; null for random ones */
    private record Fixed(float[] scores, double damage) implements Survey {

        @Override
        public float[] unitScores(Site site) {
            float[] all = new float[site.rows() * site.cols()];
            Rng rng = new Rng(site.cols());
            for (int i = 0; i < all.length; i++) {
                all[i] = scores == null ? rng.nextFloat() : scores[SITES.indexOf(site)];
            }
            return all;
        }

        @Override
        public double outputEnergy(Site site) {
            return 1;
        }

        @Override
        public double damage(Site site) {
            return site.name().equals("wide") ? damage : 1;
        }
    }
}
