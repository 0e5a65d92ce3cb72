package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.schedule.Reprune;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Adam;
import dev.filigree.train.SentenceBatches;
import dev.filigree.train.Distillation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pruning while training goes on. */
class RepruneTest {

    private static final int STEPS = 40;

    @ParameterizedTest
    @CsvSource({
        "unstructured, sparsegpt+faithful+least-squares, reprune(start=0.5)", "unstructured, magnitude, gradual(start=0.2)",
        "4x1, sparsegpt, reprune(start=0.5)", "1:2, wanda, reprune", "unstructured, wanda+dsnot, held"})
    void sparsityRisesWhenTheScheduleFiresAndPositionsAreHeldInBetween(String pattern, String method, String schedule) {
        Run run = new Run(pattern, method, schedule, 1);
        Recipe recipe = run.recipe;
        double before = run.sparsity();
        int[] columns = run.columns();
        for (int step = 0; step < STEPS; step++) {
            run.loop.advance();
            boolean fires = run.schedule.fires(step, STEPS);
            double wanted = recipe.pattern().fixedSparsity().orElse(run.schedule.sparsity(step, STEPS, recipe.sparsity()));
            assertEquals(fires, run.told.containsKey((long) step));
            assertEquals(fires ? wanted : before, run.sparsity(), fires ? 0.01 : 0, "step " + step);
            if (!fires) {
                assertArrayEquals(columns, run.columns(), "step " + step);
            }
            before = run.sparsity();
            columns = run.columns();
        }
        assertEquals(recipe.sparsity(), before, 0.01);
        run.close();
    }

    @Test
    void aRunThatIsResumedPrunesAlike() {
        Run whole = new Run("unstructured", "random", "reprune(start=0.5)", 1);
        Run first = new Run("unstructured", "random", "reprune(start=0.5)", 3);
        for (int i = 0; i < 4; i++) {
            first.loop.advance();
        }
        StateWriter state = new StateWriter();
        first.loop.save(state);
        Run second = new Run("unstructured", "random", "reprune(start=0.5)", 2);
        second.loop.load(state.copied());
        whole.loop.run((step, steps, loss, batch, seconds) -> { });
        second.loop.run((step, steps, loss, batch, seconds) -> { });
        assertArrayEquals(whole.columns(), second.columns());
        for (Site s : whole.model.sites()) {
            Topology live = Topology.of(whole.model.param(s).forward());
            assertArrayEquals(Layout.canonical(whole.model.param(s).forward(), live).toArray(),
                    Layout.canonical(second.model.param(s).forward(), live).toArray(), s.name());
        }
        assertTrue(whole.told.size() == 3 && second.told.size() == 2, whole.told.keySet() + " and " + second.told.keySet());
        List.of(whole, first, second).forEach(Run::close);
    }

    /** A small encoder that is pruned and learns to be its dense self. */
    private static final class Run {

        final Recipe recipe;
        final Schedule schedule;
        final Bert model = Models.dense(Models.config(Pooling.MEAN), 1);
        final Map<Long, PruneReport> told = new TreeMap<>();
        final Loop loop;
        private final Distillation distillation;

        Run(String pattern, String method, String schedule, int threads) {
            Compute compute = new Compute(Kernels.scalar(), new Parallel(threads));
            List<int[]> sentences = Models.sequences(30, 12, 40, 5);
            List<Batch> text = List.of(Tokens.of(sentences));
            this.recipe = Recipe.parse(pattern, "uniform", method, pattern.equals("1:2") ? null : "70%");
            this.schedule = Parts.SCHEDULES.make(schedule);
            Pruner pruner = new Pruner(compute, recipe, new Rng(4));
            new Pruner(compute, recipe.before(this.schedule), new Rng(4)).prune(model, text, s -> { });
            List<Hook> hooks = new ArrayList<>();
            hooks.add(new Reprune(pruner, this.schedule, text, told::put));
            this.distillation = new Distillation(compute, Models.dense(Models.config(Pooling.MEAN), 1), Distillation.Weights.DEFAULT);
            this.loop = new Loop(compute, model, new Setup(distillation, new SentenceBatches(sentences, 8, new Rng(2)), new Adam(0.9, 0.98, 1e-8, 0), 1e-3,
                    new Rates.Linear(0.05), 1, STEPS, recipe.pattern().trainingLayout(), hooks, new Rng(3)));
        }

        double sparsity() {
            double live = 0;
            double all = 0;
            for (Site s : model.sites()) {
                live += model.param(s).forward().nonZeros();
                all += s.positions();
            }
            return 1 - live / all;
        }

        int[] columns() {
            return Topology.of(model.param(model.sites().get(4)).forward()).column().toArray();
        }

        void close() {
            loop.close();
            distillation.close();
        }
    }
}
