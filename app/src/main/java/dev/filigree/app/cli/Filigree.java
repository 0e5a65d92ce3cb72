package dev.filigree.app.cli;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code filigree}: the options that every command shares, and the commands. */
@Command(name = "filigree", version = "", versionProvider = Filigree.Version.class, mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT, sortOptions = false, usageHelpAutoWidth = true,
        description = "Sparse neural networks on the JVM: stored sparse, trained sparse, executed sparse.",
        subcommands = {Sparsify.class, Train.class, ShrinkCommand.class, Data.class, PapersCommand.class, StudyCommand.class, Embed.class, Similar.class, Generate.class, PerplexityCommand.class, IndexCommand.class, SearchCommand.class, Evaluate.class,
            ConvertCommand.class, Bench.class, Plan.class, Inspect.class, Doctor.class, Methods.class})
public final class Filigree implements Runnable {

    @Option(names = "--threads", scope = ScopeType.INHERIT, paramLabel = "N",
            description = "Threads for all computation (default: the processors of this machine).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--seed", scope = ScopeType.INHERIT, paramLabel = "N", defaultValue = "1",
            description = "Seed of every random choice (default: ${DEFAULT-VALUE}). Same seed, same result.")
    private long seed;

    @Option(names = "--json", scope = ScopeType.INHERIT,
            description = "Print JSON on standard output instead of text; progress stays on standard error.")
    private boolean json;

    /** Set while the command line is read, before any command runs: the choice is made when kernels are first asked for. */
    @Option(names = "--kernels", scope = ScopeType.INHERIT, paramLabel = "WHICH",
            description = "Code that runs: auto (the widest vectors this processor prefers), 512, 256, 128 (bits of a vector) or scalar (default: auto).")
    private void kernels(String which) {
        kernels = which;
        System.setProperty("filigree.kernels", which);
    }

    private String kernels;

    @Option(names = "--trace", scope = ScopeType.INHERIT, description = "Print the stack trace of a fault.")
    private boolean trace;

    private final Console console;

    Filigree(Console console) {
        this.console = console;
    }

    public Console console() {
        return console;
    }

    /** Progress on standard error, whatever standard output is used for. */
    Progress progress() {
        return new Progress(console.err(), console.live(), console.columns());
    }

    /** Threads to use, at least 1. */
    public int threads() {
        if (threads < 1 || threads > 1024) {
            throw new UserError("--threads: found " + threads + ", expected 1 to 1024");
        }
        return threads;
    }

    /**
     * Whether {@code --kernels} names something that can run here; nothing happens without it.
     *
     * @throws UserError when it cannot
     */
    void checkKernels() {
        if (kernels != null) {
            Kernels.best();
        }
    }

    public long seed() {
        return seed;
    }

    public boolean json() {
        return json;
    }

    boolean trace() {
        return trace;
    }

    /** Without a command: says what there is. */
    @Override
    public void run() {
        new picocli.CommandLine(this).usage(console.out(), console.ansi());
    }

    /** The version of the build, "development" when the classes were not packed. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Filigree.class.getPackage().getImplementationVersion();
            return new String[] {"filigree " + (version == null ? "development" : version) + " (Java " + Runtime.version() + ")"};
        }
    }
}
