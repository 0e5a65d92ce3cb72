package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.pattern.NofM;
import java.util.ArrayList;
import java.util.List;

/**
 * The pattern tightens in stages of equal length, after a dense share of the run and before a share under the last pattern:
 * by steps {@code M-1:M, M/2:M, M/4:M ... N:M}, or geometrically {@code 8N:8M, 4N:4M, 2N:2M, N:M}, which keeps the share and takes
 * freedom away. Each stage is packed; a weight whose inputs a stage does not divide takes the next that does.
 *
 * @param stages the last of them is what the run ends with
 * @param dense  share of the steps in which everything is seen
 * @param settle share of the steps, at the end, under the last pattern
 */
public record StageDecay(List<NofM> stages, double dense, double settle) implements Course {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("pgf-stages", "Bambhaniya et al. 2024, arXiv:2402.04744", "N:M that tightens in stages",
            List.of(Projected.pattern("1:8"), Option.of("stages", "steps", "steps (M-1:M, M/2:M ... N:M) or geometric (8N:8M ... N:M)"),
                    Option.of("dense", 0.1, "share of the steps before the first stage"), Option.of("settle", 0.3, "share of the steps under N:M")),
            s -> Projected.of("pgf-stages", new StageDecay(stages(Projected.nOfM("pgf-stages", s.text("pattern")), s.text("stages")), s.number("dense"), s.number("settle"))));

    private static final int LARGEST_GROUP = 128;

    public StageDecay {
        MaskDecay.checkShares("pgf-stages", dense, settle);
        stages = List.copyOf(stages);
    }

    private static List<NofM> stages(NofM last, String kind) {
        List<NofM> all = new ArrayList<>();
        switch (kind) {
            case "steps" -> {
                for (int n = last.m() - 1; n > last.n(); n = n == last.m() - 1 ? Math.min(n - 1, last.m() / 2) : n / 2) {
                    all.add(new NofM(n, last.m()));
                }
                all.add(last);
            }
            case "geometric" -> {
                for (int k = 8; k >= 1; k /= 2) {
                    if (k * last.m() <= LARGEST_GROUP) {
                        all.add(new NofM(k * last.n(), k * last.m()));
                    }
                }
            }
            default -> throw new UserError("setting 'stages' of pgf-stages: found '" + kind + "', expected steps or geometric");
        }
        return all;
    }

    @Override
    public NofM pattern() {
        return stages.getLast();
    }

    @Override
    public View at(Site site, long step, long steps) {
        if (step < Math.min(dense * steps, steps - 1)) {
            return View.everything(pattern());
        }
        int before = stages.size() - 1; // stages of equal length before the last begins
        int stage = (int) (before * Course.between(dense, 1 - settle, step, steps));
        return View.survivors(Course.fitting(site, stages.subList(stage, stages.size())));
    }
}
