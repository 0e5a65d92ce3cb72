package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.Parts;
import dev.filigree.app.papers.Paper;
import dev.filigree.app.papers.PaperMap;
import dev.filigree.app.papers.PaperSearch;
import dev.filigree.app.papers.RunsHere;
import dev.filigree.app.studies.Studies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PapersCommandTest {

    private static final Pattern ARXIV = Pattern.compile("arXiv:\\d{4}\\.\\d{4,5}");
    private static final List<Paper> PAPERS = PaperMap.papers();

    /** Each paper that a part or a study names is on the map; what has no number is found by its authors and year. */
    @Test
    void whateverRunsHereIsOnTheMap() {
        Stream<String> parts = Parts.catalog().shelves().stream().flatMap(s -> s.entries().stream()).map(e -> e.paper());
        Stream<String> studies = Studies.all().stream().map(s -> s.claim().paper());
        List<String> missing = new ArrayList<>();
        Stream.concat(parts, studies).filter(p -> !p.isEmpty()).flatMap(p -> Stream.of(p.split("; "))).forEach(citation -> {
            Matcher m = ARXIV.matcher(citation);
            Set<String> wanted = new HashSet<>();
            while (m.find()) {
                wanted.add(m.group());
            }
            boolean known = wanted.isEmpty() ? PAPERS.stream().anyMatch(p -> p.citedIn(citation)) : wanted.stream().allMatch(w -> PAPERS.stream().anyMatch(p -> p.reference().equals(w)));
            if (!known) {
                missing.add(citation);
            }
        });
        assertEquals(List.of(), missing, "add these to papers.tsv");
    }

    @Test
    void namesAndReferencesAreTheirOwn() {
        assertEquals(PAPERS.size(), PAPERS.stream().map(Paper::name).distinct().count());
        List<String> references = PAPERS.stream().map(Paper::reference).filter(r -> !r.isEmpty()).toList();
        assertEquals(references.size(), new HashSet<>(references).size());
        PAPERS.forEach(p -> assertFalse(p.name().contains(" "), p.name()));
        Set<String> names = new HashSet<>(PAPERS.stream().map(Paper::name).toList());
        PaperMap.questions().forEach(q -> q.answers().forEach(a -> assertTrue(names.contains(a), q.id() + ": " + a)));
    }

    @Test
    void everyFamilyIsDescribed() {
        assertEquals(new HashSet<>(PAPERS.stream().map(Paper::family).toList()), PaperMap.families().keySet());
    }

    @Test
    void everyCommandOfAPaperIsUnderstood() {
        List<String> commands = PAPERS.stream().flatMap(p -> RunsHere.commands(p).stream()).distinct().toList();
        assertTrue(commands.size() > 100, commands.toString());
        assertAll(commands.stream().map(c -> () -> assertDoesNotThrow(() -> new CommandLine(new Filigree(Console.plain(System.out, System.err))).parseArgs(c.split(" ")), c)));
    }

    /** Recall among ten and nDCG of questions that were written after the first version of the search; its two weights were chosen with them in view. */
    @Test
    void mostOfWhatIsAskedForIsFound() {
        PaperSearch search = new PaperSearch(PAPERS);
        List<PaperMap.Question> questions = PaperMap.questions().stream().filter(q -> !q.id().startsWith("q")).toList();
        double recall = 0;
        double gain = 0;
        for (PaperMap.Question q : questions) {
            List<String> found = search.search(q.text(), 10).stream().map(f -> f.paper().name()).toList();
            double dcg = 0;
            double ideal = 0;
            for (int i = 0; i < 10; i++) {
                dcg += i < found.size() && q.answers().contains(found.get(i)) ? 1 / Math.log(i + 2) : 0;
                ideal += i < q.answers().size() ? 1 / Math.log(i + 2) : 0;
            }
            recall += (double) q.answers().stream().filter(found::contains).count() / q.answers().size() / questions.size();
            gain += dcg / ideal / questions.size();
        }
        assertTrue(recall >= 0.82 && gain >= 0.72, "recall@10 " + recall + ", nDCG@10 " + gain);
    }

    @Test
    void aHitSaysWhyItWasFoundAndHowItRuns() {
        MainTest.Ran ran = MainTest.run("papers", "smallest |weight| times norm of their input, nothing retrained");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().startsWith("Wanda: "), ran.out());
        assertTrue(ran.out().contains("filigree sparsify minilm --method wanda"), ran.out());
        PaperSearch.Found first = new PaperSearch(PAPERS).search("winning tickets", 1).getFirst();
        assertEquals(1, first.words().stream().mapToDouble(PaperSearch.Word::share).sum(), 1e-5);
        assertEquals(2, first.words().size());
    }

    @Test
    void aPaperIsAsOldAsItsNumberSays() {
        assertEquals(Optional.of(YearMonth.of(2023, 6)), paper("Wanda").appeared());
        assertEquals(Optional.of(YearMonth.of(1995, 12)), paper("MaxScore").appeared());
        assertEquals(Optional.empty(), paper("PamC").appeared());
        PAPERS.stream().filter(p -> !p.reference().isEmpty()).forEach(p -> assertTrue(p.appeared().isPresent(), p.name()));
    }

    private static Paper paper(String name) {
        return PAPERS.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void whatAppearedSinceAMonthIsListedTheNewestFirst() throws IOException {
        JsonNode found = new ObjectMapper().readTree(MainTest.run("papers", "--since", "2024-03", "--json").out());
        List<String> months = new ArrayList<>();
        found.forEach(p -> months.add(p.path("appeared").asText()));
        assertEquals(PAPERS.stream().filter(p -> p.appeared().filter(m -> !m.isBefore(YearMonth.of(2024, 3))).isPresent()).count(), months.size());
        assertEquals(months.stream().sorted(Comparator.reverseOrder()).toList(), months);
        assertTrue(months.size() > 30 && months.getLast().startsWith("2024"), months.toString());
        MainTest.Ran ran = MainTest.run("papers", "--since", "2999");
        assertEquals("no paper fits\n", ran.out());
        assertTrue(ran.err().contains("does not know when they appeared"), ran.err());
        assertTrue(MainTest.run("papers", "--since", "yesterday").err().startsWith("filigree: --since: found yesterday, expected a year or a month"));
        assertTrue(MainTest.run("papers").err().startsWith("filigree: papers: found neither words nor --since"));
    }

    @Test
    void whatChangedSinceADayIsListed() {
        assertEquals(PAPERS.size(), MainTest.run("papers", "--changed-since", "2000-01-01").out().lines().filter(l -> l.contains("does not run here") || l.contains("runs here: ")).count());
        assertEquals("no paper fits\n", MainTest.run("papers", "--changed-since", "2999-01-01").out());
        assertTrue(MainTest.run("papers", "--changed-since", "2026").err().startsWith("filigree: --changed-since: found 2026, expected a day"));
    }

    @Test
    void questionsAreUnderstoodWithoutTheirFillersAndInOtherWords() {
        PaperSearch search = new PaperSearch(PAPERS);
        assertEquals(search.search("which pruning fits 2:4", 3), search.search("which pruning should I use that fits 2:4", 3));
        PaperSearch.Found first = search.search("what runs 2:4", 1).getFirst();
        assertEquals(first.words().size(), first.words().stream().map(PaperSearch.Word::word).distinct().count());
        assertTrue(search.search("a model that forgets", 5).stream().anyMatch(f -> f.paper().name().equals("UnlearnSparse")), "unlearning");
        assertFalse(search.search("how is it", 3).isEmpty(), "a question of fillers alone is searched as it is");
    }

    @Test
    void searchesOfVectorsHaveTheirCommands() {
        for (String name : List.of("Seismic", "BM25", "MaxScore", "BlockMaxWand", "SPLADE", "VectorPRF")) {
            assertFalse(RunsHere.commands(paper(name)).isEmpty(), name);
        }
        Set<String> names = new HashSet<>(PAPERS.stream().map(Paper::name).toList());
        assertTrue(names.containsAll(PaperMap.commands().keySet()), PaperMap.commands().toString());
    }

    @Test
    void theMapIsACollectionForOtherCommands(@TempDir Path folder) throws IOException {
        assertEquals(0, MainTest.run("papers", "--corpus", folder.toString()).code());
        assertEquals(PAPERS.size(), Files.readAllLines(folder.resolve("corpus.jsonl")).size());
        assertEquals(PaperMap.questions().size(), Files.readAllLines(folder.resolve("queries.jsonl")).size());
        assertEquals(1 + PaperMap.questions().stream().mapToInt(q -> q.answers().size()).sum(), Files.readAllLines(folder.resolve("qrels/test.tsv")).size());
    }
}
