package dev.filigree.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Maps values to positions along one axis of a plot, with ticks at round numbers.
 *
 * @param from  first value shown
 * @param to    last value shown, larger than {@code from}
 * @param start position of {@code from} in pixels
 * @param end   position of {@code to}
 */
record Scale(double from, double to, double start, double end) {

    Scale {
        if (!(to > from)) {
            throw new IllegalArgumentException("empty range " + from + " .. " + to);
        }
    }

    /** The smallest round range that holds both values. */
    static Scale round(double least, double most, int ticks, double start, double end) {
        double span = most > least ? most - least : Math.max(Math.abs(most), 1);
        double step = step(span, ticks);
        double from = Math.floor(least / step + 1e-9) * step;
        double to = Math.ceil(most / step - 1e-9) * step;
        return new Scale(from, to > from ? to : from + step, start, end);
    }

    double at(double value) {
        return start + (value - from) / (to - from) * (end - start);
    }

    /** About {@code count} round values inside the range. */
    List<Double> ticks(int count) {
        double step = step(to - from, count);
        List<Double> all = new ArrayList<>();
        for (long i = Math.round(Math.ceil(from / step - 1e-9)); i * step <= to + step * 1e-9; i++) {
            all.add(i * step);
        }
        return all;
    }

    /** A tick as text, with the decimals that its step needs. */
    String label(double tick, int count) {
        double step = step(to - from, count);
        int decimals = (int) Math.clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 9);
        return String.format(Locale.ROOT, "%,." + decimals + "f", tick == 0 ? 0.0 : tick);
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double step(double span, int count) {
        double raw = span / Math.max(1, count);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 + 1e-9 ? 1 : digit <= 2 + 1e-9 ? 2 : digit <= 5 + 1e-9 ? 5 : 10);
    }
}
