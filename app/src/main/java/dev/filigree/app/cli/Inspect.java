package dev.filigree.app.cli;

import dev.filigree.app.index.Encodings;
import dev.filigree.app.index.IndexTable;
import dev.filigree.io.TensorReport;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import dev.filigree.report.Units;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.store.IndexReport;
import dev.filigree.retrieve.store.SparseIndex;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree inspect}: what a checkpoint holds and how sparse it is. */
@Command(name = "inspect", description = "Show the tensors of a checkpoint: shape, type, sparsity, pattern, bytes dense and sparse.",
        footer = {"", "'sparse' is the size as stored, or, for a tensor stored dense, what a bitmask file would take;",
            "of a folder that convert --weights packed, what a weight takes as it runs.",
            "", "Examples:", "  filigree inspect minilm-80-unstructured", "  filigree inspect model.safetensors", "  filigree inspect model.gguf", "  filigree inspect model.onnx --json"})
final class Inspect implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(paramLabel = "PATH", description = "A safetensors, GGUF or ONNX file, a Hugging Face folder, a jar with an ONNX model, or an index.")
    private Path path;

    @Override
    public void run() {
        if (IndexReport.isIndex(path)) {
            index();
            return;
        }
        List<TensorReport> tensors = dev.filigree.io.Inspect.of(path);
        Table table = new Table("", Column.text("tensor"), Column.text("shape"), Column.text("type"), Column.text("format"),
                Column.percent("sparsity", 1), Column.text("pattern"), Column.bytes("dense"), Column.bytes("sparse"));
        for (TensorReport t : tensors) {
            table.row(t.name(), t.shape(), t.type(), t.format(), t.sparsity(), t.pattern(), t.denseBytes(), t.sparseBytes());
        }
        long elements = sum(tensors, TensorReport::elements);
        double sparsity = elements == 0 ? 0 : 1 - sum(tensors, TensorReport::nonZeros) / (double) elements;
        long dense = sum(tensors, TensorReport::denseBytes);
        long sparse = sum(tensors, TensorReport::sparseBytes);
        if (filigree.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("path", path.toString());
            all.put("values", elements);
            all.put("sparsity", sparsity);
            all.put("dense_bytes", dense);
            all.put("sparse_bytes", sparse);
            all.put("tensors", tensors);
            filigree.console().out().print(Json.pretty(all));
            return;
        }
        filigree.console().out().print(table.text(filigree.console().columns()));
        filigree.console().out().printf(Locale.ROOT, "%n%d tensors, %,d values, %.1f %% zeros, %s dense, %s sparse%n",
                tensors.size(), elements, 100 * sparsity, Units.bytes(dense), Units.bytes(sparse));
    }

    private void index() {
        try (SparseIndex index = SparseIndex.open(path)) { // every checksum is verified
            String encoder = index.encoding().map(folder -> {
                try (TextEncoding e = Encodings.open(folder, 1)) {
                    return e.name();
                }
            }).orElse("none");
            filigree.console().out().println(filigree.json() ? Json.pretty(IndexTable.json(IndexReport.of(path), encoder)) : IndexTable.text(IndexReport.of(path), encoder));
        }
    }

    private static long sum(List<TensorReport> tensors, ToLongFunction<TensorReport> what) {
        return tensors.stream().mapToLong(what).sum();
    }
}
