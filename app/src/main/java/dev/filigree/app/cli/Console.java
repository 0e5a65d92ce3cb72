package dev.filigree.app.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command writes: results to {@code out}, everything a person only watches (progress, faults) to {@code err}.
 *
 * @param live    whether {@code err} is a terminal, so that a line may be redrawn
 * @param columns width of the terminal in characters
 * @param ansi    whether results may be coloured
 */
public record Console(PrintStream out, PrintStream err, boolean live, int columns, Ansi ansi) {

    private static final int USUAL_COLUMNS = 80;

    /**
     * The console of this process. The launcher says what only it can know: {@code filigree.terminals} names the
     * streams that are terminals ({@code out}, {@code err}), {@code filigree.columns} is the width, and
     * {@code filigree.stderr} is the real standard error, because the launcher reads the JVM's own to drop its
     * incubator warning.
     */
    static Console ofProcess() {
        boolean launched = System.getProperty("filigree.terminals") != null;
        String terminals = System.getProperty("filigree.terminals", "");
        boolean outTerminal = launched ? terminals.contains("out") : System.console() != null && System.console().isTerminal();
        boolean colour = outTerminal && System.getenv("NO_COLOR") == null;
        return new Console(new PrintStream(System.out, true, StandardCharsets.UTF_8), standardError(),
                terminals.contains("err"), Math.max(40, Integer.getInteger("filigree.columns", USUAL_COLUMNS)),
                colour ? Ansi.ON : Ansi.OFF);
    }

    /** A console for tests and for streams that are not terminals. */
    public static Console plain(PrintStream out, PrintStream err) {
        return new Console(out, err, false, USUAL_COLUMNS, Ansi.OFF);
    }

    private static PrintStream standardError() {
        String real = System.getProperty("filigree.stderr");
        if (real != null) {
            try { // appending: when it is a file, others write to it too
                PrintStream err = new PrintStream(new FileOutputStream(real, true), true, StandardCharsets.UTF_8);
                System.setErr(err);
                return err;
            } catch (IOException e) {
                // a socket or another user's terminal cannot be opened again: the launcher's filter still passes it on
            }
        }
        return new PrintStream(System.err, true, StandardCharsets.UTF_8);
    }
}
