package dev.filigree.app.plan;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;

/** Whether other programs used the processors while something was measured: steady company slows every reading and shows in no spread. */
public final class Neighbours {

    private static final double NOTICEABLE = 0.1;

    private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean ? bean : null;

    /** Begins to watch. */
    public Neighbours() {
        share();
    }

    /** A line for a person when others took a noticeable share of the processors since this was made. */
    public Optional<String> line() {
        double share = share();
        return share < NOTICEABLE ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "WARNING: other programs used %.0f %% of the processors meanwhile; times are doubtful, measure again when it is quiet", 100 * share));
    }

    /** Share of all processors since the last call; the system counts from one call to the next. */
    private double share() {
        return system == null ? 0 : Math.max(0, system.getCpuLoad() - Math.max(0, system.getProcessCpuLoad()));
    }
}
