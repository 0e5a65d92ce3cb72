package dev.filigree.prune;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.calib.Calibrator;
import dev.filigree.calib.Evidence;
import dev.filigree.calib.Need;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.prune.allocation.Survey;
import dev.filigree.prune.recovery.Recovery;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Carries out a recipe on a model, block by block: each block is calibrated on what the pruned blocks before it put out.
 *
 * @param rng    streams for what is random, one for each site by name
 * @param memory bytes of activations to hold between blocks, see {@link Calibrator}
 */
public record Pruner(Compute compute, Recipe recipe, Rng rng, long memory) {

    /** All activations are held in memory. */
    public Pruner(Compute compute, Recipe recipe, Rng rng) {
        this(compute, recipe, rng, Long.MAX_VALUE);
    }

    /** Takes the survivors of one site. */
    @FunctionalInterface
    public interface Sink {
        /** @param values in the canonical order of {@code live} */
        void accept(Site site, Topology live, Floats values);
    }

    /** Prunes the model in place, each weight in the layout that runs it. */
    public PruneReport prune(Model model, List<Batch> text, Consumer<SiteReport> progress) {
        return prune(model, text, (site, live, values) -> model.param(site).set(recipe.pattern().layout().pack(Arena.ofAuto(), live, values)), progress);
    }

    /**
     * Prunes the model.
     *
     * @param text     calibration text as token ids; may be empty for recipes that look at weights alone
     * @param sink     must put the survivors into the model before it returns
     * @param progress told after each site
     */
    public PruneReport prune(Model model, List<Batch> text, Sink sink, Consumer<SiteReport> progress) {
        long start = System.nanoTime();
        List<Site> sites = model.sites();
        List<Cell> cells = recipe.cells(sites);
        Set<Need> needs = EnumSet.copyOf(recipe.needs());
        Aim aim = recipe.aim();
        boolean surveys = recipe.allocation().surveys(recipe.method()).isPresent();
        if (text.isEmpty() && (!needs.isEmpty() || surveys)) {
            throw new UserError("this recipe needs calibration text, found none; give some sentences or use a method that looks at weights alone");
        }
        Map<Site, long[]> keep = keep(cells, surveys ? new Surveyor(compute, recipe, rng, memory).survey(model, text) : null);
        List<SiteReport> reports = new ArrayList<>();
        Consumer<SiteReport> record = r -> {
            reports.add(r);
            progress.accept(r);
        };
        long spilled = 0;
        if (text.isEmpty()) {
            sites.forEach(s -> record.accept(prune(model, s, keep.get(s), Evidence.none(), sink)));
        } else {
            needs.add(Need.GRAM); // for the error of the outputs
            try (Calibrator calibrator = new Calibrator(compute, model, text, needs.contains(Need.DRIFT), memory)) {
                while (calibrator.block() < model.blocks()) {
                    List<Site> block = model.sites(calibrator.block());
                    for (List<Site> stage : aim.staged() ? calibrator.stages(block) : List.of(block)) {
                        Evidence evidence = calibrator.observe(stage, needs);
                        stage.forEach(s -> record.accept(prune(model, s, keep.get(s), evidence, sink)));
                    }
                    calibrator.advance();
                }
                spilled = calibrator.spilled();
            }
        }
        return new PruneReport(reports, recipe.method().footprint(), spilled, (System.nanoTime() - start) * 1e-9);
    }

    /** How many units each cell keeps, by site. */
    private Map<Site, long[]> keep(List<Cell> cells, Survey survey) {
        long[] all = cells.stream().allMatch(c -> c.fixedKeep().isPresent())
                ? cells.stream().mapToLong(c -> c.fixedKeep().getAsLong()).toArray()
                : recipe.allocation().keep(cells, recipe.sparsity(), survey);
        Map<Site, List<Long>> lists = new HashMap<>();
        for (int i = 0; i < all.length; i++) {
            lists.computeIfAbsent(cells.get(i).site(), s -> new ArrayList<>()).add(all[i]);
        }
        Map<Site, long[]> keep = new HashMap<>();
        lists.forEach((s, k) -> keep.put(s, k.stream().mapToLong(Long::longValue).toArray()));
        return keep;
    }

    private SiteReport prune(Model model, Site site, long[] keep, Evidence evidence, Sink sink) {
        long start = System.nanoTime();
        Matrix dense = Matrix.of(site.name(), model.param(site).forward());
        Aim aim = recipe.aim().of(model.bias(site) != null);
        Evidence seen = aim.evidence(evidence);
        Subject given = new Subject(site, dense, seen, compute, rng.split(site.name()));
        Matrix target = aim.target(given);
        Task task = new Task(new Subject(site, target, seen, compute, rng.split(site.name())), recipe.pattern(), keep);
        Kept kept = recipe.method().prune(task);
        for (Recovery r : recipe.recoveries()) {
            kept = r.recover(task, kept);
        }
        OptionalDouble error = evidence.has(site, Need.GRAM)
                ? OptionalDouble.of(OutputError.relative(target, kept.values(), seen.of(site, Need.GRAM), compute))
                : OptionalDouble.empty();
        Topology live = kept.topology();
        sink.accept(site, live, kept.canonical(live));
        aim.settleBias(model.bias(site), given, kept);
        long units = recipe.pattern().cells(site, recipe.scope()).stream().mapToLong(Cell::units).sum();
        long kepts = Arrays.stream(keep).sum();
        return new SiteReport(site, 1 - kepts / (double) units, 1 - live.count() / (double) site.positions(), error, (System.nanoTime() - start) * 1e-9);
    }
}
