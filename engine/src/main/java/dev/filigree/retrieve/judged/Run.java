package dev.filigree.retrieve.judged;

import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.io.text.TextLines;
import java.io.BufferedWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a system found for each query. The order of documents is that of trec_eval: falling scores, and of equal scores the document
 * whose id comes last; the rank that a file gives counts nothing.
 */
public final class Run {

    private static final String EXPECTED = "expected six fields: query, Q0, document, rank, score, name of the run";

    /** Equal scores: ids in falling order of their characters. */
    private static final Comparator<Found> ORDER = Comparator.comparingDouble((Found f) -> -f.score).thenComparing(Found::document, Ids.ORDER.reversed());

    private final SequencedMap<String, List<Found>> queries;

    /** A document that was found, with any finite score. */
    public record Found(String document, double score) {
    }

    /**
     * @param found for each query, in any order
     * @throws IllegalArgumentException a document is found twice for a query
     */
    public Run(Map<String, List<Found>> found) {
        this.queries = new LinkedHashMap<>();
        found.forEach((query, documents) -> {
            if (documents.stream().map(Found::document).distinct().count() < documents.size()) {
                throw new IllegalArgumentException("query " + query + " has a document twice");
            }
            queries.put(query, documents.stream().sorted(ORDER).toList());
        });
    }

    /**
     * Reads a file in the form of TREC, plain or gzip: {@code query Q0 document rank score name}. Blank lines and those that begin
     * with # are passed over.
     */
    public static Run read(Path file) {
        Map<String, List<Found>> found = new LinkedHashMap<>();
        Map<String, Set<String>> seen = new LinkedHashMap<>();
        TextLines.forEach(file, (text, number) -> {
            if (text.isBlank() || text.startsWith("#")) {
                return;
            }
            String[] fields = text.strip().split("\\s+");
            if (fields.length != 6) {
                throw new UserError(TextLines.at(file.toString(), number) + "found " + fields.length + " fields, " + EXPECTED);
            }
            if (!seen.computeIfAbsent(fields[0], _ -> new TreeSet<>()).add(fields[2])) {
                throw new UserError(TextLines.at(file.toString(), number) + "document " + fields[2] + " is found a second time for query " + fields[0]);
            }
            found.computeIfAbsent(fields[0], _ -> new ArrayList<>()).add(new Found(fields[2], score(fields[4], file, number)));
        });
        if (found.isEmpty()) {
            throw new UserError(file + ": holds no line of a run, " + EXPECTED);
        }
        return new Run(found);
    }

    private static double score(String field, Path file, int number) {
        double score;
        try {
            score = Double.parseDouble(field);
        } catch (NumberFormatException e) {
            score = Double.NaN;
        }
        if (!Double.isFinite(score)) {
            throw new UserError(TextLines.at(file.toString(), number) + "found the score " + field + ", expected a finite number");
        }
        return score;
    }

    /** Queries for which something was found, in the order in which they were given. */
    public Set<String> queries() {
        return queries.sequencedKeySet();
    }

    /** What was found, the best first; nothing for a query that is not there. */
    public List<Found> of(String query) {
        return queries.getOrDefault(query, List.of());
    }

    /** Writes it in the form of TREC under a name without spaces; scores that are floats with as many digits as tell floats apart. */
    public void write(Path file, String name) {
        AtomicFile.write(file, out -> {
            Writer text = new BufferedWriter(Channels.newWriter(out, StandardCharsets.UTF_8));
            for (String query : queries.keySet()) {
                int rank = 0;
                for (Found f : of(query)) {
                    String score = (float) f.score == f.score ? Float.toString((float) f.score) : Double.toString(f.score);
                    text.write(query + " Q0 " + f.document + " " + ++rank + " " + score + " " + name + "\n");
                }
            }
            text.flush(); // the channel is closed by who opened it
        });
    }
}
