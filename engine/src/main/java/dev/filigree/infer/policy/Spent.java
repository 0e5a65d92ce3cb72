package dev.filigree.infer.policy;

import dev.filigree.model.Role;
import dev.filigree.model.Site;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was really left out while a model ran under a policy, over tokens that the policy acted on.
 *
 * @param parts one for each site that policies act on
 */
public record Spent(List<Part> parts) {

    public Spent {
        parts = List.copyOf(parts);
    }

    /**
     * One site.
     *
     * @param inputs  of all tokens
     * @param skipped of them, for they were zero
     * @param bytes   of its weight
     * @param rest    bytes of what stands for inputs that are not read
     */
    public record Part(Site site, long inputs, long skipped, long bytes, long rest) {

        /** Share of inputs that was skipped; 0 where none came. */
        public double share() {
            return inputs == 0 ? 0 : (double) skipped / inputs;
        }

        /** Bytes read for a token that is computed alone. */
        double read() {
            return bytes * (1 - share()) + rest;
        }
    }

    /** This and what another sequence spent. */
    public Spent plus(Spent other) {
        List<Part> sums = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part a = parts.get(i);
            Part b = other.parts.get(i);
            sums.add(new Part(a.site(), a.inputs() + b.inputs(), a.skipped() + b.skipped(), a.bytes(), a.rest()));
        }
        return new Spent(sums);
    }

    /** Share of weights that were skipped, over all sites; what stands for the rest is not counted. */
    public double share() {
        return weighted(parts);
    }

    /** The same for each kind of site. */
    public Map<Role, Double> byRole() {
        Map<Role, Double> shares = new EnumMap<>(Role.class);
        parts.stream().collect(Collectors.groupingBy(p -> p.site().role())).forEach((role, some) -> shares.put(role, weighted(some)));
        return shares;
    }

    /** Bytes of the weights of all sites. */
    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** Bytes that a token which is computed alone reads of them on average, and of what stands for the rest. */
    public double bytesRead() {
        return parts.stream().mapToDouble(Part::read).sum();
    }

    /** Share of bytes that are not read, what stands for the rest counted. */
    public double saved() {
        return 1 - bytesRead() / bytes();
    }

    /** For a person: {@code 50.1 % of inputs skipped (query 41 %, ...)}. */
    public String line() {
        return String.format(Locale.ROOT, "%.1f %% of weights skipped (%s)", 100 * share(), byRole().entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.0f %%", e.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '), 100 * e.getValue())).collect(Collectors.joining(", ")));
    }

    private static double weighted(List<Part> parts) {
        return parts.stream().mapToDouble(p -> p.site().positions() * p.share()).sum() / parts.stream().mapToLong(p -> p.site().positions()).sum();
    }
}
