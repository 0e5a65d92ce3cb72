package dev.filigree.infer.policy;

import dev.filigree.base.UserError;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A policy that is ready for a model.
 *
 * @param policy as it was asked for, settings included
 * @param levels by the names of sites, as they were found on text or in a file
 * @param gates  by the names of sites
 */
public record Gates(String policy, Map<String, Level> levels, Map<String, Gate> gates) {

    public Gates {
        levels = Map.copyOf(levels);
        gates = Map.copyOf(gates);
    }

    /** Finds levels on text. */
    public static Gates of(String asked, Calibration text) {
        Policy policy = Policies.make(asked);
        if (policy.needsText() && text.sequences().isEmpty()) {
            throw new UserError("policy " + asked + ": found no text to find its thresholds on, expected some; give it one, or let the model tell one (Told)");
        }
        return of(asked, text.model(), policy.levels(text));
    }

    /** With levels that were found before. */
    public static Gates of(String asked, CausalModel model, Map<String, Level> levels) {
        Policy policy = Policies.make(asked);
        Map<String, Site> sites = sites(model).stream().collect(Collectors.toMap(Site::name, Function.identity()));
        Map<String, Gate> gates = new LinkedHashMap<>();
        levels.forEach((name, level) -> {
            Site site = sites.get(name);
            if (site == null) {
                throw new UserError("policy " + asked + ": found thresholds for '" + name + "', which this model does not have; find them anew");
            }
            gates.put(name, policy.gate(site, model.param(site).forward(), level));
        });
        return new Gates(asked, levels, gates);
    }

    /** Sites that policies act on: all but the output's. */
    public static List<Site> sites(CausalModel model) {
        return model.sites().stream().filter(s -> s.role() != Role.OUTPUT).toList();
    }
}
