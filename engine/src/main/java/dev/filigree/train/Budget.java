package dev.filigree.train;

import dev.filigree.base.UserError;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long to train: a number of steps, or a time, which is measured into a number of steps before the run so that the
 * run can be repeated bit for bit.
 *
 * @param steps given by the person
 * @param time  given by the person; exactly one of the two is present
 */
public record Budget(OptionalLong steps, Optional<Duration> time) {

    private static final Pattern STEPS = Pattern.compile("(\\d{1,12}) ?steps?");
    private static final Pattern TIME = Pattern.compile("(?=.)(?:(\\d{1,4})h)?(?:(\\d{1,6})m)?(?:(\\d{1,8})s)?");
    private static final double SLACK = 0.97; // of the time left, so that a slow spell does not overrun it
    private static final double REHEARSAL = 0.04; // of the budget
    private static final double LONGEST_REHEARSAL = 10;

    /** What a budget amounts to on this machine now. */
    public record Measured(long steps, double secondsPerStep) {
    }

    /** Reads "5m", "90s", "1h30m", "2000steps" or "0"; anything else is a {@link UserError} that names {@code flag}. */
    public static Budget parse(String flag, String text) {
        String plain = text.strip().toLowerCase(java.util.Locale.ROOT);
        if (plain.equals("0")) {
            return new Budget(OptionalLong.of(0), Optional.empty());
        }
        Matcher steps = STEPS.matcher(plain);
        if (steps.matches()) {
            return new Budget(OptionalLong.of(Long.parseLong(steps.group(1))), Optional.empty());
        }
        Matcher time = TIME.matcher(plain);
        if (!time.matches()) {
            throw new UserError(flag + ": found '" + text + "', expected a time such as 5m or 1h30m, a number of steps such as 2000steps, or 0");
        }
        Duration d = Duration.ofHours(number(time.group(1))).plusMinutes(number(time.group(2))).plusSeconds(number(time.group(3)));
        return d.isZero() ? new Budget(OptionalLong.of(0), Optional.empty()) : new Budget(OptionalLong.empty(), Optional.of(d));
    }

    /** Whether there is nothing to do. */
    public boolean none() {
        return steps.isPresent() && steps.getAsLong() == 0;
    }

    /**
     * The number of steps. A time is measured with a loop of the same model and setup, which is left as it was.
     *
     * @param reserved seconds of the time that go to other things than steps
     */
    public Measured measure(Loop loop, double reserved) {
        if (steps.isPresent()) {
            return new Measured(steps.getAsLong(), Double.NaN);
        }
        double seconds = time.orElseThrow().toMillis() * 1e-3;
        long start = System.nanoTime();
        double each = loop.rehearse(Math.min(LONGEST_REHEARSAL, REHEARSAL * seconds)).seconds();
        double left = seconds - reserved - (System.nanoTime() - start) * 1e-9;
        return new Measured(Math.max(1, (long) (SLACK * left / each)), each);
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
