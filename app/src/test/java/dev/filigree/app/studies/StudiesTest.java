package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.data.KnownData;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every study in its quick form, and how verdicts are computed. */
class StudiesTest {

    @TempDir
    private Path folder;

    static List<Study> studies() {
        return Studies.all();
    }

    @ParameterizedTest
    @MethodSource("studies")
    void theQuickFormRunsAndFindsSomething(Study study) throws IOException {
        try (Parallel parallel = new Parallel(2)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Study.Findings found = study.run(new Lab(compute, KnownData.bundled("fashion-mnist"), true, 1, 1, Progress.silent()));
            assertFalse(found.verdicts().isEmpty());
            assertTrue(found.tables().getFirst().rows().size() >= 3, "dense and at least two rivals");
            found.verdicts().forEach(v -> assertTrue(Double.isFinite(v.mean()), v.line()));
            Path page = folder.resolve("page.html");
            StudyReport report = new StudyReport(study, found, RunRecord.start("study", 1, 2, "x", Map.of(), Map.of()), "data", 1, true);
            report.write(page);
            assertTrue(Files.readString(page).contains("<svg"), "a plot");
            assertTrue(report.text(120).contains(study.claim()));
        }
    }

    @Test
    void everyStudySaysWhatItNeedsToSay() {
        for (Study s : Studies.all()) {
            assertTrue(s.budgetMinutes() >= 1 && s.budgetMinutes() <= 20, s.name());
            assertTrue(s.paper().contains("arXiv") && !s.claim().isBlank() && !s.setup().isBlank() && !s.refutedBy().isBlank(), s.name());
        }
        assertEquals(Studies.all().size(), Studies.all().stream().map(Study::name).distinct().count());
    }

    @Test
    void aVerdictFollowsFromTheIntervalOfTheMean() {
        assertEquals(Verdict.Outcome.HOLDS, Verdict.above("a", 0, new double[] {0.10, 0.11, 0.12}).outcome());
        assertEquals(Verdict.Outcome.DOES_NOT_HOLD, Verdict.above("a", 0, new double[] {-0.10, -0.11, -0.12}).outcome());
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.above("a", 0, new double[] {0.10, -0.05, 0.12}).outcome());
        assertEquals(Verdict.Outcome.TOO_CLOSE, Verdict.above("a", 0, new double[] {0.5}).outcome(), "one pair decides nothing");
        assertEquals(Verdict.Outcome.DOES_NOT_HOLD, Verdict.above("a", 0.2, new double[] {0.10, 0.11, 0.12}).outcome(), "above the margin");
        Verdict v = Verdict.above("a", 0, new double[] {1, 2, 3});
        assertEquals(2, v.mean(), 1e-12);
        assertEquals(2.920 / Math.sqrt(3), v.half(), 1e-12);
    }
}
