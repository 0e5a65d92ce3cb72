package dev.filigree.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything that can be composed, each part listed once. A part describes itself beside its code,
 *
 * <pre>{@code
 * static final Catalog.Entry<Criterion> ENTRY = Catalog.entry("wanda", "Sun et al. 2023, arXiv:2306.11695",
 *         "|weight| times the norm of its input", Wanda::new);
 * }</pre>
 *
 * a room lists its parts in one {@link Shelf}, and a catalog is a list of shelves. Command line, README and tests read
 * the catalog, so nothing is listed twice.
 *
 * <p>A part is asked for by a text: {@code wanda}, with settings {@code sparsegpt(block=64,damp=0.01)}, or, when the
 * part's name has capital letters for numbers ({@code N:M}, {@code Rx1}), with those filled in: {@code 2:4}, {@code 4x1}.
 */
public record Catalog(List<Shelf<?>> shelves) {

    public Catalog {
        shelves = List.copyOf(shelves);
    }

    /** What a part decides; see HOUSE.md. */
    public enum Axis {
        PATTERN, ALLOCATION, CRITERION, SCHEDULE, RECOVERY, METHOD, REGIME, SALIENCY, DROP, GROWTH, CHURN, EDGES, FEATURES, CHANNELS, STRUCTURE, NETWORK, OPTIMIZER, RATE, TUNING, PARAMETERIZATION, FORMAT, MODEL, POLICY, ENCODER;

        /** The axis as a person reads and types it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One setting of a part.
     *
     * @param name    as typed: {@code block}
     * @param preset  its value when not given; also tells the type of the setting in help texts
     * @param meaning one line, with the unit
     */
    public record Option(String name, String preset, String meaning) {

        public static Option of(String name, Object preset, String meaning) {
            return new Option(name, String.valueOf(preset), meaning);
        }
    }

    /**
     * One part: where it stands, where it comes from and how it is made.
     *
     * @param name    unique on its axis; capital letters stand for numbers that are also options ({@code N:M})
     * @param paper   citation, or an empty text when there is none to give
     * @param summary one line
     * @param factory makes the part from its settings; throws {@link UserError} for impossible ones
     */
    public record Entry<T>(String name, String paper, String summary, List<Option> options, Function<Settings, T> factory) {

        public Entry {
            options = List.copyOf(options);
        }

        /** The part with its preset settings. */
        public T make() {
            return factory.apply(settings(Map.of()));
        }

        /** The name as it can be typed: placeholders replaced by their presets, {@code N:M} becomes {@code 2:4}. */
        public String example() {
            String text = name;
            for (Option o : options) {
                text = isPlaceholder(o) ? text.replace(o.name, o.preset) : text;
            }
            return text;
        }

        private boolean isPlaceholder(Option o) {
            return o.name.length() == 1 && Character.isUpperCase(o.name.charAt(0));
        }

        /** The numbers that {@code asked} fills into the placeholders, or null when it is another name. */
        private Map<String, String> match(String asked) {
            List<Option> placeholders = options.stream().filter(this::isPlaceholder).toList();
            String regex = Pattern.quote(name.toLowerCase(Locale.ROOT));
            for (Option o : placeholders) {
                regex = regex.replace(o.name.toLowerCase(Locale.ROOT), "\\E(?<" + o.name + ">\\d{1,9})\\Q");
            }
            Matcher m = Pattern.compile(regex).matcher(asked.toLowerCase(Locale.ROOT));
            if (!m.matches()) {
                return null;
            }
            Map<String, String> given = new LinkedHashMap<>();
            placeholders.forEach(o -> given.put(o.name, m.group(o.name)));
            return given;
        }

        private Settings settings(Map<String, String> given) {
            Map<String, String> all = new LinkedHashMap<>();
            options.forEach(o -> all.put(o.name, o.preset));
            given.forEach((key, value) -> {
                if (!all.containsKey(key)) {
                    throw new UserError("setting '" + key + "' of " + name + ": "
                            + (options.isEmpty() ? "it has no settings, leave out the parentheses"
                                    : "unknown, expected one of " + String.join(", ", all.keySet()) + Near.hint(key, all.keySet())));
                }
                all.put(key, value);
            });
            return new Settings(name, all);
        }
    }

    /** The values of a part's settings: what was given, else the presets. */
    public record Settings(String part, Map<String, String> values) {

        public Settings {
            values = Map.copyOf(values);
        }

        public String text(String setting) {
            String v = values.get(setting);
            if (v == null) {
                throw new IllegalArgumentException(part + " asks for a setting that it does not list: " + setting);
            }
            return v;
        }

        public int integer(String setting) {
            try {
                return Integer.parseInt(text(setting));
            } catch (NumberFormatException e) {
                throw wrong(setting, "a whole number");
            }
        }

        public double number(String setting) {
            try {
                double v = Double.parseDouble(text(setting));
                if (Double.isFinite(v)) {
                    return v;
                }
            } catch (NumberFormatException e) {
                // reported below, like a number that is not finite
            }
            throw wrong(setting, "a number");
        }

        /** A share from 0 to 1, given as such or in percent: {@code 0.5} or {@code 50%}. */
        public double share(String setting) {
            String text = text(setting).strip();
            boolean percent = text.endsWith("%");
            try {
                double v = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text) / (percent ? 100 : 1);
                if (v >= 0 && v <= 1) {
                    return v;
                }
            } catch (NumberFormatException e) {
                // reported below, like a number that is no share
            }
            throw wrong(setting, "a share such as 50% or 0.5");
        }

        public boolean flag(String setting) {
            return switch (text(setting)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(setting, "true or false");
            };
        }

        private UserError wrong(String setting, String expected) {
            return new UserError("setting '" + setting + "' of " + part + ": found '" + text(setting) + "', expected " + expected);
        }
    }

    /** The parts of one axis, in the order in which they are shown. */
    public record Shelf<T>(Axis axis, List<Entry<T>> entries) {

        public Shelf {
            entries = List.copyOf(entries);
            if (entries.stream().map(Entry::name).distinct().count() != entries.size()) {
                throw new IllegalArgumentException("two parts share a name on axis " + axis.label());
            }
        }

        /** The part that {@code asked} describes: a name, a filled-in name, either with settings in parentheses. */
        public T make(String asked) {
            int open = asked.indexOf('(');
            String name = (open < 0 ? asked : asked.substring(0, open)).strip();
            Entry<T> entry = find(name);
            Map<String, String> given = new LinkedHashMap<>(entry.match(name));
            given.putAll(open < 0 ? Map.of() : parse(asked, open));
            return entry.factory.apply(entry.settings(given));
        }

        /** The entry of this name; throws a {@link UserError} with the near names and all choices. */
        public Entry<T> find(String name) {
            for (Entry<T> e : entries) {
                if (e.match(name) != null) {
                    return e;
                }
            }
            List<String> choices = entries.stream().map(Entry::example).toList();
            throw new UserError("unknown " + axis.label() + " '" + name + "'" + Near.hint(name, choices)
                    + " (choices: " + String.join(", ", choices) + ")");
        }

        private Map<String, String> parse(String asked, int open) {
            Map<String, String> given = new LinkedHashMap<>();
            String inside = asked.endsWith(")") ? asked.substring(open + 1, asked.length() - 1).strip() : null;
            if (inside == null) {
                throw new UserError(axis.label() + " '" + asked + "': expected name(setting=value,...), the last ')' is missing");
            }
            for (String pair : inside.isEmpty() ? new String[0] : inside.split(",")) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw new UserError(axis.label() + " '" + asked + "': found '" + pair.strip() + "', expected setting=value");
                }
                given.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
            }
            return given;
        }
    }

    /** A part without settings. */
    public static <T> Entry<T> entry(String name, String paper, String summary, Supplier<? extends T> factory) {
        return new Entry<>(name, paper, summary, List.of(), s -> factory.get());
    }

    /** A part with settings. */
    public static <T> Entry<T> entry(String name, String paper, String summary, List<Option> options,
                                     Function<Settings, ? extends T> factory) {
        return new Entry<>(name, paper, summary, options, factory::apply);
    }

    /** The parts of one axis. */
    @SafeVarargs
    public static <T> Shelf<T> shelf(Axis axis, Entry<T>... entries) {
        return new Shelf<>(axis, List.of(entries));
    }

    /** All entries of an axis, in order. */
    public List<Entry<?>> on(Axis axis) {
        List<Entry<?>> found = new ArrayList<>();
        shelves.stream().filter(s -> s.axis == axis).forEach(s -> found.addAll(s.entries));
        return found;
    }
}
