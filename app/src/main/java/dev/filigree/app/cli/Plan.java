package dev.filigree.app.cli;

import dev.filigree.app.RunLock;
import dev.filigree.app.plan.Here;
import dev.filigree.app.plan.Neighbours;
import dev.filigree.app.plan.PlanReport;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import dev.filigree.infer.BreakEven;
import dev.filigree.infer.PlanFile;
import dev.filigree.infer.Planner;
import dev.filigree.infer.Profile;
import dev.filigree.infer.TimingsFile;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree plan}: which layout and width each weight of a model should run in on this machine, and why. */
@Command(name = "plan", sortOptions = false,
        description = "Measure on this machine which layout each weight should run in and say why: sparse where it is faster, else dense.",
        footer = {"", "Times are kept in the cache folder for the next plan.", "", "Examples:", "  filigree plan minilm-80-unstructured",
            "  filigree plan minilm-80-unstructured --profile 16:3,512 --write"})
final class Plan implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(paramLabel = "DIR", description = "A folder that sparsify wrote, or another encoder.")
    private Path folder;

    @Option(names = "--profile", paramLabel = "SIZES", defaultValue = "",
            description = "Tokens in one call, with weights: 16:3,512 is three calls of 16 tokens to one of 512 (default: 16,64,512).")
    private String profile;

    @Option(names = "--fresh", description = "Measure anew whatever is in the cache.")
    private boolean fresh;

    @Option(names = "--write", description = "Store the plan in the folder; whoever opens it runs by it.")
    private boolean write;

    @Override
    public void run() {
        Profile sizes = profile.isEmpty() ? Profile.SENTENCES : Profile.parse(profile);
        if (write && !Files.isDirectory(folder)) {
            throw new UserError("--write: found " + folder + ", expected a folder that filigree sparsify wrote");
        }
        Console console = filigree.console();
        Progress progress = filigree.progress();
        dev.filigree.infer.Plan plan;
        try (StoredEncoder stored = ModelFolder.open(folder, Optional.of(Pooling.MEAN)); // how it pools makes no difference here
                Arena arena = Arena.ofShared(); Parallel parallel = new Parallel(filigree.threads())) {
            Model model = new Bert(stored.config(), new WeightReader(stored.weights(), arena)::weight);
            Compute compute = new Compute(Kernels.best(), parallel);
            TimingsFile timings = Here.timings(compute.kernels(), fresh, progress::say);
            Planner planner = new Planner(compute, sizes, timings);
            List<BreakEven> breakEven;
            Neighbours neighbours = new Neighbours();
            try (Progress.Stage stage = progress.stage("measure layouts", planner.units(model))) {
                plan = planner.measure(model, () -> stage.add(1));
            }
            try (Progress.Stage stage = progress.stage("measure crossovers", Planner.breakEvenUnits(plan))) {
                breakEven = planner.breakEven(plan, () -> stage.add(1));
            }
            if (timings.measured()) {
                neighbours.line().ifPresent(progress::say);
                timings.save();
            }
            PlanReport report = new PlanReport(plan, inFiles(stored, progress), breakEven);
            console.out().print(filigree.json() ? Json.pretty(report.json()) : report.text(console.columns()));
        }
        if (write) {
            try (RunLock _ = RunLock.take(folder)) {
                PlanFile.store(folder, plan);
                progress.say("stored in " + folder);
            }
        }
    }

    /** The plan that the files hold; null when there is none, or none that can be read, which this command is there to mend. */
    private static dev.filigree.infer.Plan inFiles(StoredEncoder stored, Progress progress) {
        try {
            return PlanFile.of(stored.weights()).orElse(null);
        } catch (UserError e) {
            progress.say(e.getMessage());
            return null;
        }
    }
}
