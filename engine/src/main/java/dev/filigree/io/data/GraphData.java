package dev.filigree.io.data;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * A graph whose nodes have features of zeros and ones, a class and a part in training.
 *
 * @param features how many there are
 * @param ones     of each node the features that are one, ascending
 * @param labels   class of each node
 * @param edges    pairs of nodes, each undirected edge once
 */
public record GraphData(int features, List<int[]> ones, int[] labels, int classes, List<int[]> edges, List<Part> parts) {

    /** What a node's label is used for. */
    public enum Part { TRAIN, VALID, TEST, NONE }

    /**
     * A folder with {@code features.txt} (a line a node: the indices of its ones), {@code labels.txt} (a class a node),
     * {@code edges.txt} (two nodes a line) and {@code split.txt} (train, valid, test or - a node).
     *
     * @throws UserError a file cannot be read, or a line does not fit
     */
    public static GraphData open(Path folder) {
        Path file = folder.resolve("features.txt");
        List<int[]> ones = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            int[] row = numbers(file, i, lines.get(i), -1, Integer.MAX_VALUE - 1);
            ones.add(Arrays.stream(row).sorted().distinct().toArray());
        }
        int nodes = ones.size();
        int features = 1 + ones.stream().flatMapToInt(Arrays::stream).max().orElseThrow(() -> new UserError(file + ": no node has a feature"));
        int[] labels = column(folder.resolve("labels.txt"), nodes);
        int classes = (int) Arrays.stream(labels).distinct().count();
        for (int i = 0; i < nodes; i++) {
            if (labels[i] >= classes) {
                throw new UserError(folder.resolve("labels.txt") + " line " + (i + 1) + ": found " + labels[i] + ", but there are " + classes
                        + " classes in all, expected 0.." + (classes - 1));
            }
        }
        Path pairs = folder.resolve("edges.txt");
        List<int[]> edges = new ArrayList<>();
        List<String> edgeLines = lines(pairs);
        for (int i = 0; i < edgeLines.size(); i++) {
            edges.add(numbers(pairs, i, edgeLines.get(i), 2, nodes - 1));
        }
        Path split = folder.resolve("split.txt");
        List<String> names = lines(split);
        if (names.size() != nodes) {
            throw new UserError(split + ": found " + names.size() + " lines, expected one for each of " + nodes + " nodes");
        }
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            parts.add(part(split, i, names.get(i).strip()));
        }
        return new GraphData(features, ones, labels, classes, edges, parts);
    }

    public int nodes() {
        return labels.length;
    }

    /** The labels of one part, -1 elsewhere. */
    public int[] labels(Part part) {
        int[] out = labels.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = parts.get(i) == part ? out[i] : -1;
        }
        return out;
    }

    /** The same nodes with other edges. */
    public GraphData withEdges(List<int[]> others) {
        return new GraphData(features, ones, labels, classes, List.copyOf(others), parts);
    }

    /** {@code D^-1/2 (A + I) D^-1/2} (Kipf and Welling 2017), where D counts the neighbours of each node and itself. */
    public Csr adjacency() {
        List<TreeSet<Integer>> neighbours = new ArrayList<>();
        for (int i = 0; i < nodes(); i++) {
            neighbours.add(new TreeSet<>(List.of(i)));
        }
        for (int[] e : edges) {
            neighbours.get(e[0]).add(e[1]);
            neighbours.get(e[1]).add(e[0]);
        }
        Topology.Builder b = new Topology.Builder(nodes(), nodes(), 2 * edges.size() + nodes());
        Floats values = Floats.allocate(neighbours.stream().mapToInt(TreeSet::size).sum());
        int at = 0;
        for (int i = 0; i < nodes(); i++) {
            for (int j : neighbours.get(i)) {
                b.add(i, j);
                values.set(at++, (float) (1 / Math.sqrt((double) neighbours.get(i).size() * neighbours.get(j).size())));
            }
        }
        Topology live = b.build();
        return Csr.pack(Arena.ofAuto(), live, values, Layout.chunkFor(live.count(), (long) nodes() * nodes()));
    }

    private static int[] column(Path file, int count) {
        List<String> lines = lines(file);
        if (lines.size() != count) {
            throw new UserError(file + ": found " + lines.size() + " lines, expected one for each of " + count + " nodes");
        }
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = numbers(file, i, lines.get(i), 1, count)[0];
        }
        return out;
    }

    private static Part part(Path file, int line, String name) {
        return switch (name) {
            case "-" -> Part.NONE;
            case "train", "valid", "test" -> Part.valueOf(name.toUpperCase(Locale.ROOT));
            default -> throw new UserError(file + " line " + (line + 1) + ": found '" + name + "', expected train, valid, test or -");
        };
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** The whole numbers of a line, 0 .. most; as many as {@code count}, or any number when that is -1. */
    private static int[] numbers(Path file, int line, String text, int count, int most) {
        String[] words = text.isBlank() ? new String[0] : text.strip().split("\\s+");
        if (count >= 0 && words.length != count) {
            throw new UserError(file + " line " + (line + 1) + ": found " + words.length + " numbers, expected " + count);
        }
        int[] out = new int[words.length];
        for (int i = 0; i < out.length; i++) {
            try {
                out[i] = Integer.parseInt(words[i]);
            } catch (NumberFormatException e) {
                out[i] = -1;
            }
            if (out[i] < 0 || out[i] > most) {
                throw new UserError(file + " line " + (line + 1) + ": found '" + words[i] + "', expected a whole number from 0 to " + most);
            }
        }
        return out;
    }
}
