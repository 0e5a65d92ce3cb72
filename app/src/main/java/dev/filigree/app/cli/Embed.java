package dev.filigree.app.cli;

import dev.filigree.infer.SentenceEncoder;
import dev.filigree.report.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree embed}: one JSON vector a line. */
@Command(name = "embed", description = "Print the vector of each text, one JSON array a line.",
        footer = {"", "Examples:", "  filigree embed minilm-80-unstructured \"a sentence\" \"another\"", "  filigree embed minilm-80-unstructured < sentences.txt > vectors.jsonl"})
final class Embed implements Runnable {

    /** Lines read ahead of the encoder: enough for full groups, few enough that the first vectors come soon. */
    private static final int LINES_AT_ONCE = 256;

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "DIR", description = "A folder that sparsify wrote, or any encoder it can read.")
    private Path folder;

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts; without any, lines are read from standard input.")
    private List<String> texts = List.of();

    @Override
    public void run() {
        try (SentenceEncoder encoder = SentenceEncoder.open(folder, filigree.threads())) {
            if (!texts.isEmpty()) {
                print(encoder, texts);
                return;
            }
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            List<String> lines = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
                if (lines.size() == LINES_AT_ONCE || !in.ready()) {
                    print(encoder, lines);
                    lines.clear();
                }
            }
            print(encoder, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(SentenceEncoder encoder, List<String> lines) {
        for (float[] vector : encoder.embed(lines)) {
            filigree.console().out().println(Json.line(vector));
        }
    }
}
