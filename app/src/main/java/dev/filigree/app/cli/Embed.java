package dev.filigree.app.cli;

import dev.filigree.app.index.Encodings;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.report.Json;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree embed}: one JSON vector a line. */
@Command(name = "embed", description = {"Print the vector of each text, one JSON array a line; of a sparse encoder (train sparse-encoder) one JSON object a line,",
        "which 'index' and 'data collection --statistics' read."},
        footer = {"", "Examples:", "  filigree embed minilm-80-unstructured \"a sentence\" \"another\"", "  filigree embed minilm-80-unstructured < sentences.txt > vectors.jsonl",
            "  filigree embed encoder --queries < questions.txt > queries.jsonl"})
final class Embed implements Runnable {

    /** Lines read ahead of the encoder: enough for full groups, few enough that the first vectors come soon. */
    private static final int LINES_AT_ONCE = 256;

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "DIR", description = "A folder that sparsify or train sparse-encoder wrote, or any encoder it can read.")
    private Path folder;

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts; without any, lines are read from standard input.")
    private List<String> texts = List.of();

    @Option(names = "--queries", description = "Texts are queries, which a sparse encoder may treat differently from documents.")
    private boolean queries;

    private long printed;

    @Override
    public void run() {
        if (Encodings.knows(folder)) {
            try (TextEncoding encoding = Encodings.open(folder, filigree.threads())) {
                each(lines -> print(encoding, lines));
            }
        } else {
            try (SentenceEncoder encoder = SentenceEncoder.open(folder, filigree.threads())) {
                each(lines -> print(encoder, lines));
            }
        }
    }

    private void each(Consumer<List<String>> print) {
        if (!texts.isEmpty()) {
            print.accept(texts);
            return;
        }
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            List<String> lines = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
                if (lines.size() == LINES_AT_ONCE || !in.ready()) {
                    print.accept(lines);
                    lines.clear();
                }
            }
            print.accept(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(SentenceEncoder encoder, List<String> lines) {
        for (float[] vector : encoder.embed(lines)) {
            filigree.console().out().println(Json.line(vector));
        }
    }

    private void print(TextEncoding encoding, List<String> lines) {
        List<SparseVector> vectors = queries ? lines.stream().map(encoding::query).toList() : encoding.documents(lines);
        for (SparseVector v : vectors) {
            Map<String, Float> words = new LinkedHashMap<>();
            for (int i = 0; i < v.size(); i++) {
                words.put(encoding.vocabulary().term(v.terms()[i]), v.weights()[i]);
            }
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("id", Long.toString(printed++));
            line.put("vector", words);
            filigree.console().out().println(Json.line(line));
        }
    }
}
