package dev.filigree.retrieve.judged;

import dev.filigree.base.UserError;
import dev.filigree.io.text.TextLines;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** How relevant people found documents for queries: a gain above zero is relevant, the more the better; zero and below are not. */
public final class Judgements {

    private static final String EXPECTED = "expected four (query, 0, document, gain), three separated by tabs (query, document, gain) or Cranfield's three";
    private static final String HEADER = "query-id";

    /** Cranfield's grades run from 1, a complete answer, to 4, of minimum interest, and 5, of none. */
    private static final int LOWEST_GRADE = 5;

    private final SortedMap<String, Map<String, Integer>> queries;

    /** @param gains of the documents of each query */
    public Judgements(Map<String, Map<String, Integer>> gains) {
        this.queries = new TreeMap<>(Ids.ORDER);
        gains.forEach((query, documents) -> queries.put(query, Map.copyOf(documents)));
    }

    /**
     * Reads a file, plain or gzip. A line of four fields is TREC's {@code query 0 document gain}; of three with tabs between them BEIR's
     * {@code query document gain}, also below a header; of three with spaces Cranfield's {@code query document grade}, where grade 1 is a complete
     * answer: gains are 4 for it, 3, 2 and 1, and 0 for grade 5.
     */
    public static Judgements read(Path file) {
        Map<String, Map<String, Integer>> gains = new TreeMap<>();
        TextLines.forEach(file, (text, number) -> {
            if (text.isBlank() || text.startsWith("#") || number == 1 && text.startsWith(HEADER)) {
                return;
            }
            String at = TextLines.at(file.toString(), number);
            boolean tabs = text.indexOf('\t') >= 0;
            String[] fields = text.strip().split(tabs ? "[\\t ]+" : "\\s+");
            if (fields.length != 3 && fields.length != 4) {
                throw new UserError(at + "found " + fields.length + " fields, " + EXPECTED);
            }
            int gain = whole(fields[fields.length - 1], at);
            if (fields.length == 3 && !tabs) {
                if (gain > LOWEST_GRADE) {
                    throw new UserError(at + "found the grade " + gain + ", expected Cranfield's 1 to 5; gains are written with tabs, or in four fields");
                }
                gain = gain < 1 ? 0 : LOWEST_GRADE - gain;
            }
            if (gains.computeIfAbsent(fields[0], _ -> new TreeMap<>()).put(fields[fields.length - 2], gain) != null) {
                throw new UserError(at + "document " + fields[fields.length - 2] + " is judged a second time for query " + fields[0]);
            }
        });
        if (gains.isEmpty()) {
            throw new UserError(file + ": holds no judgement, " + EXPECTED);
        }
        return new Judgements(gains);
    }

    private static int whole(String field, String at) {
        try {
            return Integer.parseInt(field);
        } catch (NumberFormatException e) {
            throw new UserError(at + "found the gain " + field + ", expected a whole number", e);
        }
    }

    /** Queries with judgements, in the order of their bytes. */
    public SortedSet<String> queries() {
        return (SortedSet<String>) queries.keySet();
    }

    /** The gain of each judged document. */
    public Map<String, Integer> of(String query) {
        return queries.getOrDefault(query, Map.of());
    }
}
