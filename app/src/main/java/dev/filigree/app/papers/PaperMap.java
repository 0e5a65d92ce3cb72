package dev.filigree.app.papers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The bundled files: the papers, and questions with the papers that answer them. */
public final class PaperMap {

    private static final String NOT_KNOWN = "-";

    private PaperMap() {
    }

    /**
     * A question that a person may ask of the map.
     *
     * @param answers names of all papers that answer it
     */
    public record Question(String id, String text, List<String> answers) {
    }

    /** Every paper, by family and name. */
    public static List<Paper> papers() {
        return rows("papers.tsv", 8).map(r -> new Paper(LocalDate.parse(r[0]), r[1], r[2].equals(NOT_KNOWN) ? "" : r[2], r[3], r[4], r[5], r[6], r[7])).toList();
    }

    /** What each family of papers is about, in plain words. */
    public static Map<String, String> families() {
        return rows("families.tsv", 2).collect(Collectors.toMap(r -> r[0], r -> r[1]));
    }

    /** Commands by which papers run here that are no part of the catalog and have no study. */
    public static Map<String, List<String>> commands() {
        return rows("commands.tsv", 2).collect(Collectors.groupingBy(r -> r[0], Collectors.mapping(r -> r[1], Collectors.toList())));
    }

    /** Words that a person may use, each with those of the field that mean about the same. */
    static Map<String, String> words() {
        return rows("words.tsv", 2).flatMap(r -> Stream.of(r[0].split(" ")).map(w -> Map.entry(w, r[1]))).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Words of questions that say nothing about what is asked for. */
    static Set<String> fillers() {
        return lines("fillers.txt").flatMap(l -> Stream.of(l.split(" "))).collect(Collectors.toSet());
    }

    /** Questions by which the search is judged; those whose id begins with q were looked at while it was made, the others were written after its first version. */
    public static List<Question> questions() {
        return rows("questions.tsv", 3).map(r -> new Question(r[0], r[1], List.of(r[2].split(", ")))).toList();
    }

    private static Stream<String[]> rows(String file, int columns) {
        return lines(file).skip(1).map(line -> {
            String[] cells = line.split("\t");
            if (cells.length != columns) {
                throw new IllegalStateException(file + ": found " + cells.length + " cells in \"" + line + "\", expected " + columns);
            }
            return cells;
        });
    }

    private static Stream<String> lines(String file) {
        try (InputStream in = Objects.requireNonNull(PaperMap.class.getResourceAsStream("/dev/filigree/papers/" + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
