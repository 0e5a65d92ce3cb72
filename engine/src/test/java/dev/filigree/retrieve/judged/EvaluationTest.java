package dev.filigree.retrieve.judged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {

    private static final double LOG3 = Math.log(3) / Math.log(2);

    @TempDir
    private Path folder;

    private Path file(String... lines) {
        Path file = folder.resolve("file");
        try {
            return Files.writeString(file, String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double value(String measure, Run run, Judgements judgements) {
        return Evaluation.of(run, judgements, List.of(Measure.named(measure)), false).mean(0);
    }

    @Test
    void measuresByHand() {
        // ranking: a (gain 0), b (2), x (nobody judged it), c (1); d (3) is not found
        Run run = new Run(Map.of("q", List.of(new Run.Found("x", 2), new Run.Found("c", 1), new Run.Found("a", 9), new Run.Found("b", 3.5))));
        Judgements judged = new Judgements(Map.of("q", Map.of("a", 0, "b", 2, "c", 1, "d", 3)));
        assertEquals((2 / LOG3 + 1 / (Math.log(5) / Math.log(2))) / (3 + 2 / LOG3 + 0.5), value("ndcg@10", run, judged), 1e-12);
        assertEquals(2 / LOG3 / (3 + 2 / LOG3), value("ndcg@2", run, judged), 1e-12);
        assertEquals(0, value("ndcg@1", run, judged));
        assertEquals(0.5, value("mrr@10", run, judged));
        assertEquals(0, value("mrr@1", run, judged));
        assertEquals(1 / 3.0, value("recall@3", run, judged), 1e-12);
        assertEquals(2 / 3.0, value("recall@4", run, judged), 1e-12);
        assertEquals(0.2, value("p@10", run, judged), 1e-12);
        assertEquals((1 / 2.0 + 2 / 4.0) / 3, value("map", run, judged), 1e-12);
    }

    @Test
    void equalScoresPutTheLastIdFirst() {
        Judgements judged = new Judgements(Map.of("1", Map.of("a", 0, "b", 1, "c", 0)));
        Run withA = new Run(Map.of("1", List.of(new Run.Found("b", 1), new Run.Found("a", 1))));
        Run withC = new Run(Map.of("1", List.of(new Run.Found("b", 1), new Run.Found("c", 1))));
        assertEquals(1, value("ndcg@10", withA, judged));
        assertEquals(1 / LOG3, value("ndcg@10", withC, judged), 1e-12); // 0.6309, as trec_eval has it
        assertTrue(Ids.ORDER.compare("d10", "d9") < 0 && Ids.ORDER.compare("a", "ab") < 0 && Ids.ORDER.compare("\uFF5E", "\uD83D\uDE00") < 0);
    }

    @Test
    void queriesOfBothFilesCountUnlessAllAreAskedFor() {
        Run run = new Run(Map.of("1", List.of(new Run.Found("a", 1)), "9", List.of(new Run.Found("a", 1)), "3", List.of(new Run.Found("a", 1))));
        Judgements judged = new Judgements(Map.of("1", Map.of("a", 1), "2", Map.of("a", 1), "3", Map.of("a", 0)));
        assertEquals(Set.of("1", "3"), Evaluation.of(run, judged, Measure.USUAL, false).queries().keySet());
        assertEquals(0.5, Evaluation.of(run, judged, List.of(Measure.named("map")), false).mean(0)); // query 3 has nothing relevant: zero
        assertEquals(1 / 3.0, Evaluation.of(run, judged, List.of(Measure.named("map")), true).mean(0));
    }

    @Test
    void runsComeBackFromFiles() {
        Run run = new Run(Map.of("q", List.of(new Run.Found("x", 0.125f), new Run.Found("y", 1e-30), new Run.Found("z", -3))));
        Path file = folder.resolve("run.trec");
        run.write(file, "mine");
        assertEquals(run.of("q"), Run.read(file).of("q"));
        assertEquals(List.of(), run.of("none"));
    }

    @Test
    void runsInTheFormOfTrec() throws IOException {
        Run run = Run.read(file("# a remark", "", "2 Q0 b 1 0.5 x", "1\tQ0\ta\t7\t-1e3\tx", "2 Q0 a 2 0.7 x"));
        assertEquals(List.of("2", "1"), List.copyOf(run.queries()));
        assertEquals(List.of(new Run.Found("a", 0.7), new Run.Found("b", 0.5)), run.of("2"));
    }

    @Test
    void judgementsInThreeForms() {
        assertEquals(Map.of("d1", 2, "d2", 0), Judgements.read(file("1 0 d1 2", "1 0 d2 0")).of("1"));
        assertEquals(Map.of("d1", 1), Judgements.read(file("query-id\tcorpus-id\tscore", "1\td1\t1")).of("1"));
        assertEquals(Map.of("184", 3, "29", 4, "30", 1, "31", 0, "32", 0), Judgements.read(file("1 184 2", "1 29 1 ", "1 30 4", "1 31 5", "1 32 -1")).of("1"));
    }

    @Test
    void whatIsMalformedIsOneLine() {
        refused("line 2: found 5 fields, expected six", () -> Run.read(file("1 Q0 a 1 2 x", "1 Q0 b 1 2")));
        refused("line 1: found the score NaN", () -> Run.read(file("1 Q0 a 1 NaN x")));
        refused("line 1: found the score high", () -> Run.read(file("1 Q0 a 1 high x")));
        refused("line 2: document a is found a second time for query 1", () -> Run.read(file("1 Q0 a 1 2 x", "1 Q0 a 2 1 x")));
        refused("holds no line of a run", () -> Run.read(file("")));
        refused("line 1: found 2 fields", () -> Judgements.read(file("1 a")));
        refused("line 1: found the gain 1.5", () -> Judgements.read(file("1 0 a 1.5")));
        refused("line 1: found the grade 7", () -> Judgements.read(file("1 a 7")));
        refused("line 2: document a is judged a second time", () -> Judgements.read(file("1 0 a 1", "1 0 a 0")));
        refused("holds no judgement", () -> Judgements.read(file("# nothing")));
        for (String name : List.of("ndcg", "ndcg@0", "ndcg@x", "@5", "dcg@5", "")) {
            refused("unknown measure", () -> Measure.named(name));
        }
    }

    private static void refused(String part, Runnable what) {
        String line = assertThrows(UserError.class, what::run).getMessage();
        assertTrue(line.contains(part) && line.lines().count() == 1, line);
    }
}
