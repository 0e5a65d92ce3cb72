package dev.filigree.report;

import java.util.Locale;

/** Quantities as a person reads them. */
public final class Units {

    private Units() {
    }

    /** "512 B", "22.7 MB": powers of 1000, three digits at least once above a kilobyte. */
    public static String bytes(long bytes) {
        if (Math.abs(bytes) < 1000) {
            return bytes + " B";
        }
        double v = bytes;
        int power = 0;
        while (Math.abs(v) >= 999.95 && power < 4) {
            v /= 1000;
            power++;
        }
        return String.format(Locale.ROOT, "%.1f %sB", v, " kMGT".charAt(power));
    }

    /** "820 us", "13.1 ms", "4.2 s", "3 min 05 s", "2 h 10 min". */
    public static String seconds(double seconds) {
        if (Math.abs(seconds) < 1e-3) {
            return String.format(Locale.ROOT, "%.0f us", seconds * 1e6);
        } else if (Math.abs(seconds) < 0.1) {
            return String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
        } else if (seconds < 59.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long s = Math.round(seconds);
        return s < 3600 ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
    }
}
