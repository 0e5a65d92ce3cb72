package dev.filigree.app.cli;

import dev.filigree.app.papers.Paper;
import dev.filigree.app.papers.PaperCorpus;
import dev.filigree.app.papers.PaperMap;
import dev.filigree.app.papers.PaperSearch;
import dev.filigree.app.papers.PaperSearch.Found;
import dev.filigree.app.papers.RunsHere;
import dev.filigree.base.UserError;
import dev.filigree.report.Json;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree papers}: the map of the field, and which of it runs here. */
@Command(name = "papers", sortOptions = false, description = {
        "Find papers on sparse networks by what they do, see why each was found and by which command it runs here; list those of the last months;",
        "or write the map as a collection with judged questions, which 'index', 'search' and 'evaluate' read."},
        footer = {"", "Examples:", "  filigree papers \"prune without retraining\"", "  filigree papers sparse attention -k 10 --runs-here", "  filigree papers --since 2025-06", "  filigree papers \"train sparse\" --since 2024",
            "  filigree papers --corpus papers/"})
final class PapersCommand implements Runnable {

    /** Characters of a year. */
    private static final int YEAR = 4;

    @ParentCommand
    private Filigree filigree;

    @Parameters(paramLabel = "WORD", arity = "0..*", description = "What the method should do, in words.")
    private List<String> words = List.of();

    @Option(names = "-k", paramLabel = "N", defaultValue = "5", description = "Papers to show (default: ${DEFAULT-VALUE}).")
    private int k;

    @Option(names = "--since", paramLabel = "MONTH", description = "Only papers that appeared in this year or month or later, such as 2025-06, the newest first; without words all of them.")
    private String since;

    @Option(names = "--changed-since", paramLabel = "DATE", description = "Only papers whose row on this map was written or changed on this day or later; without words all of them.")
    private String changed;

    @Option(names = "--runs-here", description = "Only papers that a command of this program runs.")
    private boolean runsHere;

    @Option(names = "--corpus", paramLabel = "DIR", description = "Write the map into a folder as BEIR has it: corpus.jsonl, queries.jsonl, qrels/test.tsv.")
    private Path corpus;

    @Override
    public void run() {
        if (corpus != null) {
            PaperCorpus.write(corpus);
            filigree.progress().say(PaperMap.papers().size() + " papers and " + PaperMap.questions().size() + " questions in " + corpus);
            return;
        }
        if (k < 1) {
            throw new UserError("-k: found " + k + ", expected at least 1");
        }
        if (words.isEmpty() && since == null && changed == null) {
            throw new UserError("papers: found neither words nor --since nor --changed-since; say what the method should do, such as \"prune without retraining\"");
        }
        List<Paper> papers = listed();
        List<Found> found = words.isEmpty() || papers.isEmpty() ? papers.stream().map(p -> new Found(p, 0, List.of())).toList()
                : new PaperSearch(PaperMap.papers()).search(String.join(" ", words), Integer.MAX_VALUE).stream().filter(f -> papers.contains(f.paper())).limit(k).toList();
        if (filigree.json()) {
            filigree.console().out().print(Json.pretty(found.stream().map(PapersCommand::json).toList()));
        } else if (found.isEmpty()) {
            filigree.console().out().println("no paper fits");
        } else {
            found.forEach(f -> filigree.console().out().println(text(f, filigree.console().columns())));
        }
        long undated = PaperMap.papers().stream().filter(p -> p.appeared().isEmpty()).count();
        if (since != null && undated > 0) {
            filigree.progress().say("of " + undated + " papers the map does not know when they appeared; they are left out");
        }
    }

    /** The papers that options leave; the newest first where it is asked since when. */
    private List<Paper> listed() {
        YearMonth month = since == null ? null : month(since);
        LocalDate day = changed == null ? null : day(changed);
        Stream<Paper> left = PaperMap.papers().stream().filter(p -> day == null || !p.changed().isBefore(day)).filter(p -> !runsHere || !RunsHere.commands(p).isEmpty());
        return month == null ? left.toList() : left.filter(p -> p.appeared().filter(m -> !m.isBefore(month)).isPresent())
                .sorted(Comparator.comparing((Paper p) -> p.appeared().orElseThrow()).reversed()).toList();
    }

    /** A month, or the first one of a year. */
    private static YearMonth month(String text) {
        try {
            return YearMonth.parse(text.length() == YEAR ? text + "-01" : text);
        } catch (DateTimeParseException e) {
            throw new UserError("--since: found " + text + ", expected a year or a month such as 2025-06");
        }
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new UserError("--changed-since: found " + text + ", expected a day such as 2026-11-01");
        }
    }

    private static Map<String, Object> json(Found f) {
        Map<String, Object> object = new LinkedHashMap<>();
        Paper p = f.paper();
        object.put("name", p.name());
        object.put("title", p.title());
        object.put("reference", p.reference());
        object.put("family", p.family());
        object.put("kind", p.kind());
        object.put("mechanism", p.mechanism());
        object.put("claim", p.claim());
        object.put("appeared", p.appeared().map(YearMonth::toString).orElse(null));
        object.put("changed", p.changed().toString());
        object.put("commands", RunsHere.commands(p).stream().map(c -> "filigree " + c).toList());
        if (f.score() > 0) {
            object.put("score", f.score());
            object.put("words", f.words());
        }
        return object;
    }

    private static String text(Found f, int columns) {
        Paper p = f.paper();
        List<String> lines = new ArrayList<>();
        lines.add((p.title().startsWith(p.name()) ? "" : p.name() + ": ") + p.title() + " (" + String.join(", ", origin(p)) + ")");
        lines.add("  " + p.mechanism());
        if (f.score() > 0) {
            lines.add(String.format(Locale.ROOT, "  score %.2f: %s", f.score(), String.join(", ", f.words().stream().map(w -> String.format(Locale.ROOT, "%s %.0f %%", w.word(), 100 * w.share())).toList())));
        }
        List<String> commands = RunsHere.commands(p);
        lines.add(commands.isEmpty() ? "  does not run here" : "  runs here: " + String.join("; ", commands.stream().map(c -> "filigree " + quoted(c)).toList()));
        StringBuilder out = new StringBuilder();
        lines.forEach(l -> out.append(wrapped(l, columns)));
        return out.toString();
    }

    private static List<String> origin(Paper p) {
        return Stream.of(p.reference(), p.reference().startsWith("arXiv") ? p.appeared().orElseThrow().toString() : "", p.family(), p.kind()).filter(o -> !o.isEmpty()).toList();
    }

    /** Parentheses mean something to a shell. */
    private static String quoted(String command) {
        return command.replaceAll("(\\S*\\(\\S*\\))", "'$1'");
    }

    private static String wrapped(String line, int columns) {
        StringBuilder out = new StringBuilder();
        String rest = line;
        while (rest.length() > columns && rest.lastIndexOf(' ', columns) > 4) {
            int cut = rest.lastIndexOf(' ', columns);
            out.append(rest, 0, cut).append('\n');
            rest = "    " + rest.substring(cut + 1);
        }
        return out.append(rest).append('\n').toString();
    }
}
