package dev.filigree.report;

import java.util.Locale;

/**
 * A column of a {@link Table}: its title, how its values are written, and their unit.
 *
 * @param title    as shown, and in JSON with underscores for everything that is no letter or digit
 * @param kind     how a value is written
 * @param decimals digits after the point, for kinds that have any
 */
public record Column(String title, Kind kind, int decimals) {

    /** How the values of a column are written. */
    public enum Kind { TEXT, COUNT, BYTES, PERCENT, NUMBER, RATIO, SECONDS }

    public static Column text(String title) {
        return new Column(title, Kind.TEXT, 0);
    }

    /** Whole numbers with grouped digits. */
    public static Column count(String title) {
        return new Column(title, Kind.COUNT, 0);
    }

    /** Bytes, written in kB, MB or GB (powers of 1000, as file sizes are sold). */
    public static Column bytes(String title) {
        return new Column(title, Kind.BYTES, 0);
    }

    /** Shares in [0, 1], written in per cent. */
    public static Column percent(String title, int decimals) {
        return new Column(title, Kind.PERCENT, decimals);
    }

    public static Column number(String title, int decimals) {
        return new Column(title, Kind.NUMBER, decimals);
    }

    /** Ratios: "2.41x". */
    public static Column ratio(String title) {
        return new Column(title, Kind.RATIO, 2);
    }

    /** Durations in seconds. */
    public static Column seconds(String title) {
        return new Column(title, Kind.SECONDS, 1);
    }

    /** Key of this column in JSON. */
    public String key() {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replaceAll("^_|_$", "");
    }

    boolean rightAligned() {
        return kind != Kind.TEXT;
    }

    /** {@code value} as a person reads it; a missing or undefined one is a dash. */
    public String format(Object value) {
        if (value == null || value instanceof Double d && d.isNaN() || value instanceof Float f && f.isNaN()) {
            return "-";
        }
        if (!(value instanceof Number n)) {
            return value.toString();
        }
        return switch (kind) {
            case TEXT -> n.toString();
            case COUNT -> String.format(Locale.ROOT, "%,d", n.longValue());
            case BYTES -> Units.bytes(n.longValue());
            case PERCENT -> String.format(Locale.ROOT, "%." + decimals + "f %%", 100 * n.doubleValue());
            case NUMBER -> String.format(Locale.ROOT, "%." + decimals + "f", n.doubleValue());
            case RATIO -> String.format(Locale.ROOT, "%." + decimals + "fx", n.doubleValue());
            case SECONDS -> Units.seconds(n.doubleValue());
        };
    }
}
