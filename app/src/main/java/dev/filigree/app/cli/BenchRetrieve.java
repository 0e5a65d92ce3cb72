package dev.filigree.app.cli;

import dev.filigree.app.retrieve.RetrieveReport;
import dev.filigree.app.retrieve.RetrieveRun;
import dev.filigree.app.retrieve.TemporaryFolder;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import dev.filigree.retrieve.SeismicSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree bench retrieve}: searching a made collection of sparse vectors. */
@Command(name = "retrieve", sortOptions = false, description = {
        "Make a collection of learned-sparse-like vectors, index it, and time Seismic with several efforts beside MaxScore, block-max WAND and Lucene on the same",
        "vectors: recall against microseconds, build time, bytes and memory. A million documents take about 4 GB of disk and some minutes."},
        footer = {"", "Examples:", "  filigree bench retrieve --quick", "  filigree bench retrieve --documents 1m --page retrieve.html --json"})
final class BenchRetrieve implements Runnable {

    private static final int QUERIES = 1000;
    private static final int LARGEST = 10_000_000;

    @ParentCommand
    private Bench bench;

    @Option(names = "--documents", paramLabel = "N", description = "Documents of the collection, such as 200k or 1m (default: 1m, with --quick 20k).")
    private String documents;

    @Option(names = "--queries", paramLabel = "N", description = "Queries (default: 1000, with --quick 200).")
    private Integer queries;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Timed rounds of each contestant (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--neighbours", paramLabel = "N", defaultValue = "0", description = "Nearest documents kept of each, at most 64; searches look at those of what they found too (default: ${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(names = "--quick", description = "A small collection and few queries unless other options say more.")
    private boolean quick;

    @Option(names = "--no-peers", description = "Leave out Lucene and the exact methods but MaxScore.")
    private boolean alone;

    @Option(names = "--page", paramLabel = "FILE", description = "Write a page with the plot.")
    private Path page;

    @Override
    public void run() {
        int count = documents == null ? quick ? 20_000 : 1_000_000 : count(documents);
        int asked = queries == null ? quick ? QUERIES / 5 : QUERIES : queries;
        if (rounds < 1 || asked < 1) {
            throw new UserError("bench retrieve: found --rounds " + rounds + " --queries " + asked + ", expected at least 1 of each");
        }
        if (neighbours < 0 || neighbours > SeismicSettings.MOST_NEIGHBOURS) {
            throw new UserError("--neighbours: found " + neighbours + ", expected 0 to " + SeismicSettings.MOST_NEIGHBOURS);
        }
        Filigree filigree = bench.filigree();
        try (TemporaryFolder folder = TemporaryFolder.make()) {
            RetrieveReport report = new RetrieveRun(count, asked, rounds, filigree.seed(), filigree.threads(), !alone, SeismicSettings.STANDARD.withNeighbours(neighbours), folder.path()).run(filigree.progress());
            Console console = filigree.console();
            if (page != null) {
                AtomicFile.write(page, report.html().getBytes(StandardCharsets.UTF_8));
            }
            if (filigree.json()) {
                console.out().println(Json.pretty(report.json()));
            } else {
                report.tables().forEach(t -> console.out().println(t.text(console.columns())));
            }
        }
    }

    /** A number with k or m behind it. */
    static int count(String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        int unit = t.endsWith("k") ? 1000 : t.endsWith("m") ? 1_000_000 : 1;
        try {
            long n = Math.multiplyExact(Long.parseLong(unit == 1 ? t : t.substring(0, t.length() - 1)), (long) unit);
            if (n >= 1 && n <= LARGEST) {
                return (int) n;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // reported below, like a number that is too large
        }
        throw new UserError("--documents: found '" + text + "', expected 1 to 10m, such as 200k or 1m");
    }
}
