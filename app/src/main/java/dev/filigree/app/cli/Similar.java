package dev.filigree.app.cli;

import dev.filigree.infer.SentenceEncoder;
import dev.filigree.report.Json;
import dev.filigree.report.Metrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree similar}: the cosine of two texts. */
@Command(name = "similar", description = "Print the cosine of two texts, from -1 to 1.",
        footer = {"", "Example:", "  filigree similar minilm-80-unstructured \"a cat sleeps\" \"the kitten is asleep\""})
final class Similar implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "DIR", description = "A folder that sparsify wrote, or any encoder it can read.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "A", description = "A text.")
    private String first;

    @Parameters(index = "2", paramLabel = "B", description = "Another.")
    private String second;

    @Override
    public void run() {
        try (SentenceEncoder encoder = SentenceEncoder.open(folder, filigree.threads())) {
            float[][] v = encoder.embed(List.of(first, second));
            double cosine = Metrics.cosine(v[0], v[1]);
            filigree.console().out().println(filigree.json() ? Json.line(Map.of("cosine", cosine)) : String.format(Locale.ROOT, "%.4f", cosine));
        }
    }
}
