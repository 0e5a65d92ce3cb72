package dev.filigree.report;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Says how far a long piece of work is. On a terminal one line is redrawn, with the time left once the work has taken
 * two seconds; elsewhere (a log, a pipe) a plain line appears at most every {@value #SPARSE_SECONDS} seconds. Every
 * finished stage leaves one line with its duration. Writes to the stream it was given, never to standard output.
 *
 * <p>Safe to be told by many threads.
 */
public final class Progress {

    private static final double WORTH_SAYING = 2;
    private static final double REDRAW_SECONDS = 0.1;
    private static final double SPARSE_SECONDS = 15;
    private static final int NAME_WIDTH = 18;
    private static final int BAR = 20;

    private final PrintStream err;
    private final boolean live;
    private final int columns;
    private final LongSupplier nanoClock;

    /**
     * @param live    whether {@code err} is a terminal
     * @param columns width of the terminal
     */
    public Progress(PrintStream err, boolean live, int columns) {
        this(err, live, columns, System::nanoTime);
    }

    Progress(PrintStream err, boolean live, int columns, LongSupplier nanoClock) {
        this.err = err;
        this.live = live;
        this.columns = columns;
        this.nanoClock = nanoClock;
    }

    /** Says nothing. */
    public static Progress silent() {
        return new Progress(new PrintStream(java.io.OutputStream.nullOutputStream()), false, 80);
    }

    /**
     * Begins a stage of {@code total} units of work (0 when unknown). Close it when the work is done.
     *
     * @param name one or two words: "calibrate"
     */
    public Stage stage(String name, long total) {
        return new Stage(name, total);
    }

    /** A line for a person, between stages. */
    public void say(String line) {
        err.println(line);
    }

    /** One piece of work. Closing it leaves its line; closing it before it is complete does too, with what was done. */
    public final class Stage implements AutoCloseable {

        private final String name;
        private final long total;
        private final long start = nanoClock.getAsLong();
        private double drawn;
        private long done;
        private String note = "";
        private boolean closed;

        private Stage(String name, long total) {
            this.name = name;
            this.total = total;
            draw(live);
        }

        /** {@code units} more are done. */
        public synchronized void add(long units) {
            at(done + units, note);
        }

        /** {@code units} are done in all; {@code newNote} is a short fact worth watching ("loss 0.0123"). */
        public synchronized void at(long units, String newNote) {
            done = units;
            note = newNote;
            double now = seconds();
            if (now - drawn >= (live ? REDRAW_SECONDS : SPARSE_SECONDS)) {
                drawn = now;
                draw(true);
            }
        }

        /** A fact that stays beside the finished stage. */
        public synchronized void note(String fact) {
            note = fact;
        }

        /** Seconds since the stage began. */
        public double seconds() {
            return (nanoClock.getAsLong() - start) / 1e9;
        }

        @Override
        public synchronized void close() {
            if (closed) {
                return;
            }
            closed = true;
            String line = String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s %10s  %s", name, Units.seconds(seconds()), note).stripTrailing();
            err.println(live ? "\r" + line + "\033[K" : line);
        }

        private void draw(boolean wanted) {
            if (!wanted) {
                return;
            }
            double share = total > 0 ? Math.clamp((double) done / total, 0, 1) : 0;
            String left = timeLeft(share);
            String percent = total > 0 ? String.format(Locale.ROOT, "%3d %%", (int) (100 * share)) : "";
            if (!live) {
                err.println((name + "  " + percent + left + (note.isEmpty() ? "" : "  " + note)).stripTrailing());
                return;
            }
            int full = (int) (BAR * share);
            String bar = total > 0 ? "[" + "=".repeat(full) + " ".repeat(BAR - full) + "] " : "";
            String line = String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s %s%s%s  %s", name, bar, percent, left, note).stripTrailing();
            err.print("\r" + (line.length() >= columns ? line.substring(0, columns - 1) : line) + "\033[K");
            err.flush();
        }

        private String timeLeft(double share) {
            double taken = seconds();
            if (share <= 0 || share >= 1 || taken / share < WORTH_SAYING || taken < WORTH_SAYING / 4) {
                return "";
            }
            return "  " + Units.seconds(taken * (1 - share) / share) + " left";
        }
    }
}
