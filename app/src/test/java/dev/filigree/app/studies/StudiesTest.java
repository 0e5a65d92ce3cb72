package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.data.KnownData;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every study in its quick form, and how verdicts are computed. */
class StudiesTest {

    @TempDir
    private Path folder;

    static List<Study> studies() {
        return Studies.all();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("studies")
    void theQuickFormRunsAndFindsSomething(Study study) throws IOException {
        try (Parallel parallel = new Parallel(2)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Study.Findings found = study.run(new Lab(compute, KnownData::standIn, study.data(), true, 1, 1, Progress.silent()));
            assertFalse(found.verdicts().isEmpty());
            assertTrue(found.tables().getFirst().rows().size() >= 3, "dense and at least two rivals");
            found.verdicts().forEach(v -> assertTrue(Double.isFinite(v.mean()), v.line()));
            StudyReport report = new StudyReport(study.claim(), found, RunRecord.start("study", 1, 2, "x", Map.of(), Map.of()), 1, true);
            StudyFolder results = new StudyFolder(folder);
            assertTrue(Files.readString(results.write(report)).contains("<svg"), "a plot");
            assertTrue(report.text(120).contains(study.claim().says()));
            assertEquals(report.lines(), results.read(study.claim()).orElseThrow().verdicts(), "what is read is what was written");
            assertTrue(Files.readString(results.gather(List.of(study.claim()))).contains("<svg"), "a plot on the gathered page");
        }
    }

    @Test
    void everyStudySaysWhatItNeedsToSay() {
        for (Study s : Studies.all()) {
            Claim c = s.claim();
            assertTrue(c.minutes() >= 1 && c.minutes() <= 20, c.name());
            assertTrue(c.paper().contains("arXiv"), c.name());
            Stream.of(c.says(), c.setup(), c.equal(), c.refutedBy()).forEach(text -> assertFalse(text.isBlank(), c.name()));
        }
        assertEquals(Studies.all().size(), Studies.all().stream().map(s -> s.claim().name()).distinct().count());
    }

    @Test
    void aVerdictFollowsFromTheIntervalOfTheMean() {
        assertEquals(Verdict.Outcome.HOLDS, Verdict.above("a", 0, new Numbers(0.10, 0.11, 0.12)).outcome());
        assertEquals(Verdict.Outcome.DOES_NOT_HOLD, Verdict.above("a", 0, new Numbers(-0.10, -0.11, -0.12)).outcome());
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.above("a", 0, new Numbers(0.10, -0.05, 0.12)).outcome());
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.above("a", 0, new Numbers(0.5)).outcome(), "one pair decides nothing");
        assertEquals(Verdict.Outcome.DOES_NOT_HOLD, Verdict.above("a", 0.2, new Numbers(0.10, 0.11, 0.12)).outcome(), "above the margin");
        Verdict v = Verdict.above("a", 0, new Numbers(1, 2, 3));
        assertEquals(2, v.mean(), 1e-12);
        assertEquals(2.920 / Math.sqrt(3), v.half(), 1e-12);
    }

    @Test
    void noDifferenceIsAClaimOfItsOwn() {
        assertEquals(Verdict.Outcome.HOLDS, Verdict.within("a", 0.1, new Numbers(0.01, -0.02, 0.02)).outcome());
        assertEquals(Verdict.Outcome.HOLDS, Verdict.within("a", 0.1, new Numbers(0.05, 0.05, 0.05)).outcome(), "a difference that is small, though it surely is one");
        assertEquals(Verdict.Outcome.DOES_NOT_HOLD, Verdict.within("a", 0.1, new Numbers(-0.20, -0.21, -0.22)).outcome());
        assertEquals(Verdict.Outcome.DOES_NOT_HOLD, Verdict.within("a", 0.1, new Numbers(0.20, 0.21, 0.22)).outcome());
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.within("a", 0.1, new Numbers(0.2, -0.2, 0.1)).outcome(), "what could not be shown is not shown to be small");
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.within("a", 0.1, new Numbers(0.09, 0.10, 0.11)).outcome());
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.within("a", 0.1, new Numbers(0.0)).outcome(), "one pair decides nothing");
        assertTrue(Verdict.within("a", 0.1, new Numbers(0, 0.01)).line().contains("must stay within +- 0.1000"));
    }

    @Test
    void aResultThatClaimedSomethingElseIsNotTaken() throws IOException {
        Claim claim = new Claim("a", "b, arXiv:1", "c", "d", "e", "f", 1);
        StudyFolder results = new StudyFolder(folder);
        assertTrue(results.read(claim).isEmpty(), "none yet");
        results.write(new StudyReport(claim, new Study.Findings(List.of(), List.of(), List.of(Verdict.above("a", 0, new Numbers(1, 1.1)))),
                RunRecord.start("study", 1, 2, "x", Map.of(), Map.of()), 2, false));
        assertEquals(2, results.read(claim).orElseThrow().seeds());
        assertEquals("[[a, full, 2, 1, 1, 0, 0], [all 1, , null, 1, 1, 0, 0]]", StudyTables.overview(List.of(results.read(claim).orElseThrow())).rows().toString());
        assertTrue(results.read(new Claim("a", "b, arXiv:1", "c", "d", "another budget", "f", 1)).isEmpty());
        Files.writeString(folder.resolve("a.json"), "{");
        assertTrue(assertThrows(UserError.class, () -> results.read(claim)).getMessage().contains("a.json"));
    }
}
