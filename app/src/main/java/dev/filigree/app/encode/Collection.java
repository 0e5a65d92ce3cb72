package dev.filigree.app.encode;

import dev.filigree.base.UserError;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.judged.Judgements;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Documents in memory, and judged queries where there are some.
 *
 * @param queries    by id
 * @param judgements null where there are none
 */
public record Collection(List<String> ids, List<String> texts, Map<String, String> queries, Judgements judgements) {

    /** @param queries may be null, and {@code qrels} too */
    public static Collection read(Path corpus, Path queries, Path qrels) {
        List<String> ids = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        try (Corpus.Reader in = Corpus.of(corpus).read()) {
            for (Entry e = in.next(); e != null; e = in.next()) {
                ids.add(e.id());
                texts.add(e.content());
            }
        }
        Map<String, String> asked = new LinkedHashMap<>();
        if (queries != null) {
            try (Corpus.Reader in = Corpus.queries(queries).read()) {
                for (Entry e = in.next(); e != null; e = in.next()) {
                    asked.put(e.id(), e.content());
                }
            }
        }
        if (qrels != null && queries == null) {
            throw new UserError("--qrels: judgements without queries; give --queries too");
        }
        return new Collection(ids, texts, asked, qrels == null ? null : Judgements.read(qrels));
    }
}
