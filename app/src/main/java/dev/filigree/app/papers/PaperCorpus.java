package dev.filigree.app.papers;

import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The map as a collection in the layout of BEIR: papers as documents, questions, and which papers answer which. */
public final class PaperCorpus {

    private PaperCorpus() {
    }

    /** Writes {@code corpus.jsonl}, {@code queries.jsonl} and {@code qrels/test.tsv} into a folder. */
    public static void write(Path folder) {
        StringBuilder corpus = new StringBuilder();
        for (Paper p : PaperMap.papers()) {
            corpus.append(Json.line(fields("_id", p.name(), "title", p.title(), "text", String.join(" ", p.mechanism(), p.claim())))).append('\n');
        }
        StringBuilder queries = new StringBuilder();
        StringBuilder qrels = new StringBuilder("query-id\tcorpus-id\tscore\n");
        for (PaperMap.Question q : PaperMap.questions()) {
            queries.append(Json.line(fields("_id", q.id(), "text", q.text()))).append('\n');
            q.answers().forEach(a -> qrels.append(q.id()).append('\t').append(a).append("\t1\n"));
        }
        List.of(Map.entry("corpus.jsonl", corpus), Map.entry("queries.jsonl", queries), Map.entry("qrels/test.tsv", qrels))
                .forEach(f -> AtomicFile.write(folder.resolve(f.getKey()), f.getValue().toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static Map<String, String> fields(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
