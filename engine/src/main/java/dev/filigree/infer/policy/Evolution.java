package dev.filigree.infer.policy;

import dev.filigree.base.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Searches whole numbers by evolution: of each generation the better half stays and has as many children, each gene from one of two parents, or now and
 * then drawn anew. What stays is never worse than what came before.
 *
 * @param values     genes are 0 .. values
 * @param population even, candidates of a generation
 */
record Evolution(int genes, int values, int population, int generations) {

    /** Genes of a child that are drawn anew. */
    private static final double MUTATED = 0.15;

    /**
     * The candidate of lowest cost.
     *
     * @param first candidates to begin with; the others are drawn
     */
    int[] best(List<int[]> first, Rng rng, ToDoubleFunction<int[]> cost) {
        Map<List<Integer>, Double> known = new HashMap<>();
        ToDoubleFunction<int[]> once = g -> {
            List<Integer> key = Arrays.stream(g).boxed().toList();
            Double found = known.get(key);
            if (found == null) {
                found = cost.applyAsDouble(g);
                known.put(key, found);
            }
            return found;
        };
        List<int[]> all = new ArrayList<>(first.subList(0, Math.min(first.size(), population)));
        while (all.size() < population) {
            int[] drawn = new int[genes];
            for (int i = 0; i < genes; i++) {
                drawn[i] = rng.nextInt(values + 1);
            }
            all.add(drawn);
        }
        for (int g = 0; ; g++) {
            all.sort(Comparator.comparingDouble(once)); // stable: of equal ones the elder
            if (g == generations) {
                return all.getFirst();
            }
            int parents = population / 2;
            List<int[]> next = new ArrayList<>(all.subList(0, parents));
            while (next.size() < population) {
                next.add(child(all.get(rng.nextInt(parents)), all.get(rng.nextInt(parents)), rng));
            }
            all = next;
        }
    }

    private int[] child(int[] a, int[] b, Rng rng) {
        int[] c = new int[genes];
        for (int i = 0; i < genes; i++) {
            int other = rng.nextInt(values + 1);
            c[i] = rng.nextDouble() < MUTATED ? other : rng.nextInt(2) == 0 ? a[i] : b[i];
        }
        return c;
    }
}
