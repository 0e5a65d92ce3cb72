package dev.filigree.app.studies;

import dev.filigree.app.BundledData;
import dev.filigree.io.text.Pair;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.judged.Judgements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Documents, queries, and what people said of them.
 *
 * @param ids     of the documents
 * @param texts   of the same
 * @param queries by their ids
 */
record JudgedCollection(String name, List<String> ids, List<String> texts, Map<String, String> queries, Judgements judgements) {

    /** Pairs of sentences with at least this score mean the same. */
    private static final double SAME = 4;

    /** Cranfield and CACM where they lie in a folder {@code ir} of the data folder, else the pairs that come with the program. */
    static List<JudgedCollection> all(String dataFolder) {
        Path ir = Path.of(dataFolder == null ? "" : dataFolder, "ir");
        return dataFolder == null || !Files.isDirectory(ir) ? List.of(pairs(1)) : List.of(
                read("Cranfield", ir.resolve("cranfield/cran.all.1400"), ir.resolve("cranfield/cran.qry"), ir.resolve("cranfield/cranqrel")),
                read("CACM", ir.resolve("cacm.tar.gz"), ir.resolve("topics.cacm.txt"), ir.resolve("qrels.cacm.txt")));
    }

    private static JudgedCollection read(String name, Path documents, Path queries, Path judgements) {
        List<String> ids = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Entry e : entries(Corpus.of(documents))) {
            ids.add(e.id());
            texts.add(e.content());
        }
        Map<String, String> asked = new LinkedHashMap<>();
        entries(Corpus.queries(queries)).forEach(e -> asked.put(e.id(), e.content()));
        return new JudgedCollection(name, ids, texts, asked, Judgements.read(judgements));
    }

    private static List<Entry> entries(Corpus corpus) {
        List<Entry> all = new ArrayList<>();
        try (Corpus.Reader reader = corpus.read()) {
            for (Entry e = reader.next(); e != null; e = reader.next()) {
                all.add(e);
            }
        }
        return all;
    }

    /** Of the bundled pairs of sentences every second sentence is a document, and the first a query where both mean the same. */
    static JudgedCollection pairs(int every) {
        List<Pair> pairs = BundledData.stsDev();
        List<String> ids = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        Map<String, String> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> gains = new LinkedHashMap<>();
        for (int i = 0; i < pairs.size(); i++) {
            String id = "s" + i;
            ids.add(id);
            texts.add(pairs.get(i).second());
            if (pairs.get(i).score() >= SAME && i % every == 0) {
                queries.put(id, pairs.get(i).first());
                gains.put(id, Map.of(id, 1));
            }
        }
        return new JudgedCollection("pairs of sentences", ids, texts, queries, new Judgements(gains));
    }
}
