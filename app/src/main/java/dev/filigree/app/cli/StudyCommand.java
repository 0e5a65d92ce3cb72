package dev.filigree.app.cli;

import dev.filigree.app.data.KnownData;
import dev.filigree.app.studies.Lab;
import dev.filigree.app.studies.Studies;
import dev.filigree.app.studies.Study;
import dev.filigree.app.studies.StudyFolder;
import dev.filigree.app.studies.StudyReport;
import dev.filigree.app.studies.StudyTables;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Json;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree study}: a paper's claim in miniature. */
@Command(name = "study", sortOptions = false, description = "Test papers' claims in miniature: what they say, what was run, and whether they hold here.",
        footer = {"", "Examples:", "  filigree study --list", "  filigree study dynamic-sparsity", "  filigree study lottery-tickets --quick", "  filigree study --all --report"})
final class StudyCommand implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Which studies: see --list.")
    private List<String> names = List.of();

    @Option(names = "--list", description = "List the studies.")
    private boolean list;

    @Option(names = "--all", description = "Run all of them; those with a result in the folder are not run again.")
    private boolean all;

    @Option(names = "--quick", description = "Show in seconds that the machinery works.")
    private boolean quick;

    @Option(names = "--report", description = "Gather all results in the folder on one page, index.html.")
    private boolean report;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "0", description = "Runs of each rival (default: the study's own, mostly 3; 1 with --quick).")
    private int seeds;

    @Option(names = "--data", paramLabel = "NAME", description = "A known name or a path (default: the study's own).")
    private String data;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "studies", description = "Folder for pages and records (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public void run() {
        Console console = filigree.console();
        if (list) {
            Table t = StudyTables.list(Studies.all());
            console.out().println(filigree.json() ? Json.pretty(t.json()) : t.text(console.columns()));
            return;
        }
        if (names.isEmpty() && !all && !report) {
            throw new UserError("study: no name given; see filigree study --list");
        }
        if (seeds < 0) {
            throw new UserError("--seeds: found " + seeds + ", expected at least 1");
        }
        StudyFolder folder = new StudyFolder(out);
        List<Study> asked = all ? Studies.all() : names.stream().map(Studies::named).toList();
        List<String> missing = new ArrayList<>();
        for (Study s : asked) {
            if (all && stored(folder, s)) {
                filigree.progress().say(s.claim().name() + ": there is a result in " + out + ", kept");
                continue;
            }
            try {
                run(s, folder);
            } catch (UserError e) {
                if (!all) {
                    throw e;
                }
                missing.add(s.claim().name());
                filigree.progress().say(s.claim().name() + ": not run: " + e.getMessage());
            }
        }
        if (report) {
            filigree.progress().say("page: " + folder.gather(Studies.all().stream().map(Study::claim).toList()));
        }
        if (!missing.isEmpty()) {
            throw new UserError("study --all: " + missing.size() + " of " + asked.size() + " were not run, for the reasons above: " + String.join(", ", missing));
        }
    }

    private int runs(Study study) {
        return seeds > 0 ? seeds : quick ? 1 : study.seeds();
    }

    private boolean stored(StudyFolder folder, Study study) {
        return folder.read(study.claim()).filter(s -> s.quick() == quick && s.seeds() == runs(study)).isPresent();
    }

    private void run(Study study, StudyFolder folder) {
        Console console = filigree.console();
        try (Parallel parallel = new Parallel(filigree.threads())) {
            Compute compute = new Compute(Kernels.best(), parallel);
            RunRecord record = RunRecord.start("study " + study.claim().name() + (quick ? " --quick" : ""), filigree.seed(), filigree.threads(), compute.kernels().name(),
                    Map.of("seeds", Integer.toString(runs(study))), Map.of());
            Lab lab = new Lab(compute, quick ? KnownData::standIn : KnownData::open, data == null ? study.data() : data, quick, runs(study), filigree.seed(), filigree.progress());
            Study.Findings findings = study.run(lab);
            StudyReport found = new StudyReport(study.claim(), findings, record.finished().on(lab.used()), runs(study), quick);
            console.out().println(filigree.json() ? Json.pretty(found.json()) : found.text(console.columns())); // before the page, which a full disk may refuse
            filigree.progress().say("page: " + folder.write(found));
        }
    }
}
