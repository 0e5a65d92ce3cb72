package dev.filigree.app.cli;

import dev.filigree.app.retrieve.MadeCollection;
import dev.filigree.app.retrieve.PublishedSettings;
import dev.filigree.app.retrieve.RetrieveReport;
import dev.filigree.app.retrieve.RetrieveRun;
import dev.filigree.app.retrieve.StoredVectors;
import dev.filigree.app.retrieve.TemporaryFolder;
import dev.filigree.app.retrieve.Vectors;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import dev.filigree.retrieve.SeismicSettings;
import dev.filigree.retrieve.collection.CollectionSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree bench retrieve}: searching a made collection of sparse vectors. */
@Command(name = "retrieve", sortOptions = false, description = {
        "Make a collection of learned-sparse-like vectors, index it, and time Seismic with several efforts beside MaxScore, block-max WAND and Lucene on the same",
        "vectors: recall against microseconds, build time, bytes and memory. A million documents take about 4 GB of disk and some minutes. With --vectors the same",
        "for vectors that an encoder made, beside as many made ones."},
        footer = {"", "Examples:", "  filigree bench retrieve --quick", "  filigree bench retrieve --documents 1m --page retrieve.html --json",
            "  filigree bench retrieve --vectors docs.jsonl,queries.jsonl"})
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

    @Option(names = "--vectors", split = ",", paramLabel = "FILE", arity = "1", description = "Files of vectors, documents and then queries (filigree embed writes them), to be measured beside as many made ones.")
    private List<Path> vectors;

    @Option(names = "--quick", description = "A small collection and few queries unless other options say more.")
    private boolean quick;

    @Option(names = "--no-peers", description = "Leave out Lucene and the exact methods but MaxScore.")
    private boolean alone;

    @Option(names = "--published", description = "Only try settings that were published for a recall on MS MARCO: are these vectors as hard as real ones?")
    private boolean published;

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
        if (vectors != null && (vectors.size() != 2 || documents != null)) {
            throw new UserError("--vectors: found " + vectors.size() + " files" + (documents == null ? "" : " and --documents") + ", expected documents and queries as two files, and as many made ones are compared");
        }
        Vectors stored = vectors == null ? null : new StoredVectors(vectors.getFirst(), vectors.getLast());
        int most = stored == null ? asked : stored.queries(asked).size();
        if (published) {
            published(stored == null ? new MadeCollection(CollectionSettings.SPLADE, count, bench.filigree().seed()) : stored, most);
            return;
        }
        RetrieveReport made = report(new MadeCollection(CollectionSettings.SPLADE, stored == null ? count : stored.documents(), bench.filigree().seed()), most);
        if (stored == null) {
            print(made, Map.of(), List.of());
        } else {
            RetrieveReport found = report(stored, most);
            print(found, Map.of("made", made.json()), List.of(found.beside(made)));
        }
    }

    private void published(Vectors of, int most) {
        Filigree filigree = bench.filigree();
        try (TemporaryFolder folder = TemporaryFolder.make()) {
            Table table = new PublishedSettings(of, most, filigree.threads(), folder.path()).run(filigree.progress());
            filigree.console().out().println(filigree.json() ? Json.pretty(table.json()) : table.text(filigree.console().columns()));
        }
    }

    private RetrieveReport report(Vectors of, int most) {
        Filigree filigree = bench.filigree();
        try (TemporaryFolder folder = TemporaryFolder.make()) {
            return new RetrieveRun(of, most, rounds, filigree.threads(), !alone, SeismicSettings.STANDARD.withNeighbours(neighbours), folder.path()).run(filigree.progress());
        }
    }

    private void print(RetrieveReport report, Map<String, Object> more, List<Table> tables) {
        Console console = bench.filigree().console();
        if (page != null) {
            AtomicFile.write(page, report.html().getBytes(StandardCharsets.UTF_8));
        }
        if (bench.filigree().json()) {
            Map<String, Object> all = report.json();
            all.putAll(more);
            tables.forEach(t -> all.put("beside", t.json()));
            console.out().println(Json.pretty(all));
        } else {
            Stream.concat(report.tables().stream(), tables.stream()).forEach(t -> console.out().println(t.text(console.columns())));
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
