package dev.filigree.io.data;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A graph made up to look like papers that cite each other: a planted partition (Condon and Karp 2001, Random Structures and
 * Algorithms 18) in which few nodes have many edges (a node's weight is {@code u^-1/2} for a uniform u), with a bag of words for
 * each node, some of its class and the rest of any. Learned from 20 nodes of each class, judged at half of the others.
 *
 * @param degree mean number of edges of a node
 * @param within share of the edges that stay in a class
 * @param words  there are for each class
 * @param bag    words of a node, those drawn twice counted once
 * @param topic  share of them that are of the node's class
 */
public record PlantedGraph(int nodes, int classes, int degree, double within, int words, int bag, double topic) {

    private static final int TRAINED = 20;

    public PlantedGraph {
        if (classes < 2 || nodes < 2 * TRAINED * classes || degree < 1 || degree > nodes / (4 * classes) || words < 1 || bag < 1 || !(within >= 0 && within <= 1 && topic >= 0 && topic <= 1)) {
            throw new UserError("planted graph: found " + nodes + " nodes in " + classes + " classes, " + degree + " edges a node, " + words + " words, " + bag + " of them in a node, shares of " + within + " and " + topic + "; expected two classes or more of " + 2 * TRAINED + " nodes or more each, few edges a node, words, and shares from 0 to 1");
        }
    }

    /** The same for the same seed. */
    public GraphData make(long seed) {
        Rng rng = new Rng(seed);
        int[] labels = IntStream.range(0, nodes).map(i -> i % classes).toArray();
        return new GraphData(classes * words, bags(labels, rng.split("words")), labels, classes, edges(rng.split("edges")), parts(rng.split("parts")));
    }

    private List<int[]> bags(int[] labels, Rng rng) {
        List<int[]> all = new ArrayList<>();
        for (int label : labels) {
            all.add(IntStream.range(0, bag).map(i -> rng.nextDouble() < topic ? label * words + rng.nextInt(words) : rng.nextInt(classes * words)).sorted().distinct().toArray());
        }
        return all;
    }

    private List<int[]> edges(Rng rng) {
        double[] upTo = new double[nodes + 1]; // weights of the nodes before each, class by class
        for (int i = 0; i < nodes; i++) {
            upTo[i + 1] = upTo[i] + 1 / Math.sqrt(1 - rng.nextDouble());
        }
        int[] first = new int[classes + 1]; // nodes in the order of their classes
        int[] node = new int[nodes];
        for (int c = 0, at = 0; c < classes; c++) {
            for (int i = c; i < nodes; i += classes) {
                node[at++] = i;
            }
            first[c + 1] = at;
        }
        Set<Long> taken = new HashSet<>();
        List<int[]> edges = new ArrayList<>();
        while (edges.size() < nodes * degree / 2) {
            int a = node[draw(upTo, 0, nodes, rng)];
            int b = rng.nextDouble() < within ? node[draw(upTo, first[a % classes], first[a % classes + 1], rng)] : node[draw(upTo, 0, nodes, rng)];
            if (a != b && taken.add((long) Math.min(a, b) * nodes + Math.max(a, b))) {
                edges.add(new int[] {Math.min(a, b), Math.max(a, b)});
            }
        }
        return edges;
    }

    /** One of {@code from .. to}, by weight. */
    private static int draw(double[] upTo, int from, int to, Rng rng) {
        double at = upTo[from] + rng.nextDouble() * (upTo[to] - upTo[from]);
        int found = Arrays.binarySearch(upTo, from, to, at);
        return Math.clamp(found < 0 ? -found - 2 : found, from, to - 1);
    }

    private List<Part> parts(Rng rng) {
        int trained = TRAINED * classes; // the first nodes: as many of each class
        Part[] parts = new Part[nodes];
        Arrays.fill(parts, 0, trained, Part.TRAIN);
        int[] order = rng.permutation(nodes - trained);
        for (int i = 0; i < order.length; i++) {
            parts[trained + order[i]] = i % 2 == 0 ? Part.TEST : Part.VALID;
        }
        return List.of(parts);
    }
}
