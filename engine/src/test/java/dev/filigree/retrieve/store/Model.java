package dev.filigree.retrieve.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SeismicSettings;
import dev.filigree.retrieve.SparseVector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an index should hold, as a map, and documents to fill both with. Weights are eighths, so that binary16 holds them exactly. */
final class Model {

    static final int VOCABULARY = 60;

    /** Lists that lose nothing, so that a search finds what is there; segments of one and of the other kind come and go. */
    static final IndexSettings SETTINGS = new IndexSettings(SeismicSettings.UNCUT, 20, 1, 1 << 20, _ -> { });

    /** Small enough that everything happens often. */
    static final MergePolicy OFTEN = new MergePolicy(3, 60, 0.5, 500);

    private Model() {
    }

    static SparseVector vector(Rng rng, int most) {
        TreeMap<Integer, Float> weights = new TreeMap<>();
        for (int n = rng.nextInt(most + 1); n > 0; n--) {
            weights.put(rng.nextInt(VOCABULARY), (1 + rng.nextInt(64)) / 8f);
        }
        return SparseVector.of(weights);
    }

    static Document document(Rng rng, String id) {
        return new Document(id, rng.nextInt(4) == 0 ? "" : "text \u00e4\u4e16 of " + id + " ".repeat(rng.nextInt(3)) + rng.nextInt(1000), vector(rng, 8));
    }

    /** The snapshot holds just these documents, and finds them. */
    static void check(Map<String, Document> expected, Snapshot found, Rng rng) {
        assertEquals(expected.size(), found.documents());
        for (Document d : expected.values()) {
            int n = found.find(d.id()).orElseThrow(() -> new AssertionError("lost " + d.id()));
            assertEquals(d.id(), found.id(n));
            assertEquals(d.content(), found.content(n));
            assertEquals(d.vector(), found.vector(n));
        }
        for (int i = 0; i < 5; i++) {
            SparseVector query = vector(rng, 6);
            int k = 1 + rng.nextInt(12);
            Hits exact = found.searchAll(query, k);
            List<Float> scores = expected.values().stream().map(d -> query.dot(d.vector())).filter(s -> s > 0).sorted(Comparator.reverseOrder()).limit(k).toList();
            assertEquals(scores.size(), exact.size());
            for (int j = 0; j < exact.size(); j++) {
                Document hit = expected.get(found.id(exact.documents()[j]));
                assertTrue(hit != null, "found " + found.id(exact.documents()[j]) + ", which is deleted");
                assertEquals(scores.get(j), exact.scores()[j], 1e-5f * scores.get(j));
                assertEquals(query.dot(hit.vector()), exact.scores()[j], 1e-5f * scores.get(j));
            }
            Hits fast = found.search(query, k, Effort.ALL);
            assertEquals(exact.size(), fast.size());
            for (int j = 0; j < fast.size(); j++) {
                assertEquals(exact.scores()[j], fast.scores()[j], 1e-5f * exact.scores()[j]);
            }
        }
    }

    /** One random change of a writer and of what it should hold then. */
    static void change(IndexWriter writer, Map<String, Document> live, Rng rng, int ids) {
        String id = "d" + rng.nextInt(ids);
        Document d = document(rng, id);
        switch (rng.nextInt(5)) {
            case 0, 1 -> {
                if (!live.containsKey(id)) {
                    writer.add(d);
                    live.put(id, d);
                }
            }
            case 2, 3 -> {
                writer.update(d);
                live.put(id, d);
            }
            default -> assertEquals(live.remove(id) != null, writer.delete(id));
        }
    }

    static Map<String, Document> copy(Map<String, Document> live) {
        return new HashMap<>(live);
    }

    static List<Float> scores(List<Hit> hits) {
        return new ArrayList<>(hits.stream().map(Hit::score).toList());
    }
}
