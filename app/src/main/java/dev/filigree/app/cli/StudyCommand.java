package dev.filigree.app.cli;

import dev.filigree.app.data.KnownData;
import dev.filigree.app.studies.Lab;
import dev.filigree.app.studies.Studies;
import dev.filigree.app.studies.Study;
import dev.filigree.app.studies.StudyReport;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import dev.filigree.train.Problem;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree study}: a paper's claim in miniature. */
@Command(name = "study", sortOptions = false, description = "Test a paper's claim in miniature: what it says, what was run, and whether it holds here.",
        footer = {"", "Examples:", "  filigree study --list", "  filigree study dynamic-sparsity", "  filigree study lottery-tickets --quick"})
final class StudyCommand implements Runnable {

    private static final int SEEDS = 3;

    @ParentCommand
    private Filigree filigree;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which study: see --list.")
    private String name;

    @Option(names = "--list", description = "List the studies.")
    private boolean list;

    @Option(names = "--quick", description = "Show in seconds that the machinery works.")
    private boolean quick;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "0", description = "Runs of each rival (default: " + SEEDS + ", 1 with --quick).")
    private int seeds;

    @Option(names = "--data", paramLabel = "NAME", defaultValue = "fashion-mnist", description = "A known name or a path (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(names = "--out", paramLabel = "FILE", description = "Page to write (default: study-NAME.html).")
    private Path out;

    @Override
    public void run() {
        Console console = filigree.console();
        if (list) {
            Table t = new Table("Studies", Column.text("name"), Column.count("minutes"), Column.text("claim"));
            Studies.all().forEach(s -> t.row(s.name(), s.budgetMinutes(), s.claim()));
            console.out().println(filigree.json() ? Json.pretty(t.json()) : t.text(console.columns()));
            return;
        }
        if (name == null) {
            throw new UserError("study: no name given; see filigree study --list");
        }
        if (seeds < 0) {
            throw new UserError("--seeds: found " + seeds + ", expected at least 1");
        }
        Study study = Studies.named(name);
        int runs = seeds > 0 ? seeds : quick ? 1 : SEEDS;
        Problem problem = quick ? KnownData.bundled("fashion-mnist") : KnownData.open(data);
        try (Parallel parallel = new Parallel(filigree.threads())) {
            Compute compute = new Compute(Kernels.best(), parallel);
            RunRecord record = RunRecord.start("study " + name + (quick ? " --quick" : ""), filigree.seed(), filigree.threads(), compute.kernels().name(),
                    Map.of("seeds", Integer.toString(runs)), Map.of("data", problem.about()));
            Study.Findings findings = study.run(new Lab(compute, problem, quick, runs, filigree.seed(), filigree.progress()));
            StudyReport report = new StudyReport(study, findings, record.finished(), problem.about(), runs, quick);
            Path page = out == null ? Path.of("study-" + name + ".html") : out;
            report.write(page);
            console.out().println(filigree.json() ? Json.pretty(report.json()) : report.text(console.columns()));
            filigree.progress().say("page: " + page);
        }
    }
}
