package dev.filigree.retrieve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Bm25Test {

    private static final List<String> CORPUS = List.of("wing wing lift", "lift drag", "", "wing drag drag drag flow heat");

    private static final Function<String, List<String>> SPACES = new Function<>() {

        @Override
        public List<String> apply(String text) {
            return text.isBlank() ? List.of() : List.of(text.split(" "));
        }

        @Override
        public String toString() {
            return "spaces";
        }
    };

    private final Bm25 bm25 = Bm25.of(CORPUS, SPACES, 1.2f, 0.75f, 100);

    @TempDir
    private Path folder;

    /** The formula, word for word; empty documents are none. */
    private static double naive(String document, String query) {
        List<List<String>> corpus = CORPUS.stream().map(SPACES).filter(d -> !d.isEmpty()).toList();
        List<String> words = SPACES.apply(document);
        double sum = 0;
        for (String term : SPACES.apply(query)) {
            long tf = words.stream().filter(term::equals).count();
            long df = corpus.stream().filter(d -> d.contains(term)).count();
            double average = corpus.stream().mapToInt(List::size).sum() / 3.0;
            sum += Math.log(1 + (3 - df + 0.5) / (df + 0.5)) * tf / (tf + 1.2 * (0.25 + 0.75 * words.size() / average));
        }
        return sum;
    }

    @Test
    void innerProductsAreTheFormula() {
        List<SparseVector> documents = bm25.documents(CORPUS);
        for (String query : List.of("wing", "wing wing drag", "flow heat lift nowhere", "nowhere")) {
            SparseVector q = bm25.query(query);
            for (int d = 0; d < CORPUS.size(); d++) {
                double expected = naive(CORPUS.get(d), query.replace("nowhere", "").trim().replace("  ", " "));
                assertEquals(expected, documents.get(d).dot(q), 1e-6 * Math.max(1, expected), query + " in " + CORPUS.get(d));
            }
        }
    }

    @Test
    void oneNumberByHand() {
        // "drag" is in two of three documents of 11 / 3 words: idf ln(1 + 1.5 / 2.5); once among two words
        SparseVector d = bm25.documents(List.of("lift drag")).getFirst();
        SparseVector q = bm25.query("drag");
        assertEquals(Map.of(0, (float) Math.log(1.6)).toString(), Map.of(q.terms()[0], q.weights()[0]).toString());
        assertEquals(1 / (1 + 1.2 * (0.25 + 0.75 * 2 * 3 / 11)), d.weights()[0], 1e-7);
    }

    @Test
    void termsAreThoseOfMostDocuments() {
        assertEquals("drag flow heat lift wing", terms(bm25));
        assertEquals("drag lift wing", terms(Bm25.of(CORPUS, SPACES, 1.2f, 0.75f, 3)));
        assertEquals("drag flow lift wing", terms(Bm25.of(CORPUS, SPACES, 1.2f, 0.75f, 4)));
    }

    private static String terms(Bm25 bm25) {
        Vocabulary v = bm25.vocabulary();
        String[] terms = new String[v.size()];
        Arrays.setAll(terms, v::term);
        return String.join(" ", terms);
    }

    @Test
    void anotherCorpusJoins() {
        Bm25 joined = bm25.joined(List.of("wing zebra", "", "apple zebra", "apple lift zebra"));
        assertEquals("drag flow heat lift wing apple zebra", terms(joined), "numbers that were given stay");
        assertEquals(bm25.documents(CORPUS), joined.documents(CORPUS), "and so do weights of documents");
        assertEquals((float) Math.log(1 + 3.5 / 3.5), joined.idf(4), "wing is in two and one of three and three documents");
        assertEquals((float) Math.log(1 + 3.5 / 3.5), joined.idf(6));
        assertEquals((float) Math.log(1 + 4.5 / 2.5), joined.idf(0));
        joined.save(folder);
        assertEquals(joined.query("zebra wing"), Bm25.load(folder, _ -> SPACES).query("zebra wing"));
        assertEquals("drag flow lift wing", terms(Bm25.of(CORPUS, SPACES, 1.2f, 0.75f, 4).joined(List.of("zebra"))), "there is no room for more than four");
    }

    @Test
    void comesBackFromAFolder() {
        bm25.save(folder);
        Bm25 back = Bm25.load(folder, name -> name.equals("spaces") ? SPACES : null);
        assertEquals(bm25.documents(CORPUS), back.documents(CORPUS));
        assertEquals(bm25.query("wing heat"), back.query("wing heat"));
    }

    @Test
    void refusesInOneLine() throws Exception {
        assertEquals("bm25: no document of the corpus holds a word, expected some text", refused(() -> Bm25.of(List.of("", " "), SPACES, 1, 0, 9)));
        assertTrue(refused(() -> Bm25.of(CORPUS, SPACES, -1, 0, 9)).contains("found k1 -1.0"));
        assertTrue(refused(() -> Bm25.of(CORPUS, SPACES, 1, Float.NaN, 9)).contains("b NaN"));
        assertTrue(refused(() -> Bm25.load(folder, _ -> SPACES)).startsWith(folder.resolve("bm25.json") + ": cannot be read"));
        bm25.save(folder);
        Path file = folder.resolve("bm25.json");
        String whole = Files.readString(file);
        for (String broken : List.of("{", "null", "{}", whole.replace("\"documents\":3", "\"documents\":0"), whole.replace("\"drag\"", "\"wing\""), whole.replace("[\"drag\",", "["))) {
            Files.writeString(file, broken);
            String line = refused(() -> Bm25.load(folder, _ -> SPACES));
            assertTrue(line.startsWith(file + ": is no stored BM25") && line.lines().count() == 1, line);
        }
    }

    private static String refused(Runnable what) {
        return assertThrows(UserError.class, what::run).getMessage();
    }
}
