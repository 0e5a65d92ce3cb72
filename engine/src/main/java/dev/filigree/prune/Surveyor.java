package dev.filigree.prune;

import dev.filigree.base.Rng;
import dev.filigree.calib.Calibrator;
import dev.filigree.calib.Evidence;
import dev.filigree.calib.Need;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.prune.allocation.Survey;
import dev.filigree.prune.criterion.Criterion;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One pass over the model before it is pruned, for allocations that compare layers. Holds one score a unit. */
record Surveyor(Compute compute, Recipe recipe, Rng rng, long memory) {

    Surveyor(Compute compute, Recipe recipe, Rng rng) {
        this(compute, recipe, rng, Long.MAX_VALUE);
    }

    Survey survey(Model model, List<Batch> text) {
        Criterion criterion = recipe.allocation().surveys(recipe.method()).orElseThrow();
        Set<Need> needs = EnumSet.of(Need.GRAM);
        needs.addAll(criterion.needs());
        needs.addAll(recipe.method().needs());
        Map<Site, float[]> scores = new HashMap<>();
        Map<Site, Double> energy = new HashMap<>();
        boolean tries = recipe.allocation().tries();
        Map<Site, Double> damage = new HashMap<>();
        try (Trial trial = tries ? new Trial(compute, recipe, model, text) : null; Calibrator calibrator = new Calibrator(compute, model, text, false, memory)) {
            while (calibrator.block() < model.blocks()) {
                List<Site> sites = model.sites(calibrator.block());
                Evidence evidence = calibrator.observe(sites, needs);
                for (Site s : sites) {
                    Matrix w = Matrix.of(s.name(), model.param(s).forward());
                    float[] score = criterion.score(new Subject(s, w, evidence, compute, rng.split(s.name())));
                    scores.put(s, recipe.pattern().unitScores(score, w.rows(), w.cols()));
                    if (tries) {
                        damage.put(s, trial.damage(new Subject(s, w, evidence, compute, rng.split(s.name()))));
                    }
                    energy.put(s, OutputError.energy(w, evidence.of(s, Need.GRAM), compute));
                }
                calibrator.advance();
            }
        }
        return new Survey() {
            @Override
            public float[] unitScores(Site site) {
                return scores.get(site);
            }

            @Override
            public double outputEnergy(Site site) {
                return energy.get(site);
            }

            @Override
            public double damage(Site site) {
                return damage.getOrDefault(site, 1.0);
            }
        };
    }
}
