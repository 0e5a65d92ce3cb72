package dev.filigree.app.cli;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the program starts. Whatever goes wrong is one line on standard error and an exit code that is not zero. */
public final class Main {

    /** Exit codes: what was asked for could not be done; the command line could not be understood. */
    static final int FAULT = 1;
    static final int USAGE = 2;

    /** Held, for a logger that nobody holds forgets its level. Lucene tells every user which vectors it found. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private Main() {
    }

    public static void main(String[] args) {
        LUCENE.setLevel(Level.WARNING);
        System.exit(run(Console.ofProcess(), args));
    }

    /** Runs one command line and returns the exit code. */
    static int run(Console console, String... args) {
        Filigree filigree = new Filigree(console);
        CommandLine commands = new CommandLine(filigree);
        commands.setOut(new java.io.PrintWriter(console.out(), true));
        commands.setErr(new java.io.PrintWriter(console.err(), true));
        commands.setColorScheme(CommandLine.Help.defaultColorScheme(console.ansi()));
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setParameterExceptionHandler((e, given) -> {
            console.err().println("filigree: " + usageFault(e));
            return USAGE;
        });
        commands.setExecutionExceptionHandler((e, command, parsed) -> fault(filigree, e));
        commands.setExecutionStrategy(parsed -> {
            try {
                filigree.checkKernels();
            } catch (UserError e) { // what an execution strategy throws reaches no handler
                return fault(filigree, e);
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        try {
            return commands.execute(args);
        } catch (Error e) { // picocli hands on exceptions alone; out of memory is a fault of the same kind
            return fault(filigree, e);
        }
    }

    private static int fault(Filigree filigree, Throwable e) {
        Console console = filigree.console();
        console.err().println("filigree: " + Faults.line(e));
        if (filigree.trace()) {
            e.printStackTrace(console.err());
        } else if (!(e instanceof UserError)) {
            console.err().println("filigree: the same command with --trace shows where");
        }
        return FAULT;
    }

    private static String usageFault(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String help = " (see: " + command.getCommandSpec().qualifiedName() + " --help)";
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().getFirst();
            if (word.startsWith("-")) {
                List<String> flags = command.getCommandSpec().options().stream().map(CommandLine.Model.OptionSpec::longestName).toList();
                return "unknown option '" + word + "'" + Near.hint(word, flags) + help;
            } else if (!command.getSubcommands().isEmpty()) {
                return "unknown command '" + word + "'" + Near.hint(word, command.getSubcommands().keySet())
                        + " (commands: " + String.join(", ", command.getSubcommands().keySet()) + ")";
            }
            return "unexpected '" + word + "'" + help;
        }
        return e.getMessage().lines().findFirst().orElse("wrong arguments") + help;
    }
}
