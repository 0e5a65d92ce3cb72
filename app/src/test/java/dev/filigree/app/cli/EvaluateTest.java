package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateTest {

    @TempDir
    private Path folder;
    private String run;
    private String other;
    private String qrels;

    @BeforeEach
    void files() throws IOException {
        run = Files.writeString(folder.resolve("a.trec"), "1 Q0 x 1 3 a\n1 Q0 y 2 2 a\n2 Q0 y 1 1 a\n3 Q0 x 1 1 a\n").toString();
        other = Files.writeString(folder.resolve("b.trec"), "1 Q0 y 1 3 b\n1 Q0 x 2 2 b\n2 Q0 y 1 1 b\n4 Q0 x 1 1 b\n").toString();
        qrels = Files.writeString(folder.resolve("qrels"), "1 0 x 1\n2 0 y 1\n5 0 y 1\n").toString();
    }

    @Test
    void oneRun() {
        MainTest.Ran ran = MainTest.run("evaluate", "--run", other, "--qrels", qrels, "--measures", "map,mrr@1", "--per-query");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("map      0.7500") && ran.out().contains("mrr@1    0.5000") && ran.out().contains("2 queries"), ran.out());
        assertTrue(ran.out().lines().anyMatch(l -> l.matches("1 +0\\.5000 +0\\.0000")), ran.out());
        assertTrue(MainTest.run("evaluate", "--run", other, "--qrels", qrels, "--measures", "map", "--all-queries").out().contains("map      0.5000"));
    }

    @Test
    void twoRuns() {
        MainTest.Ran ran = MainTest.run("evaluate", "--run", run, "--run2", other, "--qrels", qrels, "--measures", "map", "--json");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("\"difference\" : 0.25") && ran.out().contains("\"p_t_test\" : 0.5") && ran.out().contains("\"judged_queries\" : 2"), ran.out());
    }

    @Test
    void filesThatDoNotBelongTogether() throws IOException {
        String others = Files.writeString(folder.resolve("others"), "7 0 x 1\n").toString();
        MainTest.Ran ran = MainTest.run("evaluate", "--run", run, "--qrels", others);
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("a.trec: holds none of the queries of"), ran.err());
        assertTrue(MainTest.run("evaluate", "--run", qrels, "--qrels", qrels).err().contains("qrels: line 1: found 4 fields, expected six"));
    }
}
