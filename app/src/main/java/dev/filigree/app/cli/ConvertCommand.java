package dev.filigree.app.cli;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.base.UserError;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Precision;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.DecoderWriter;
import dev.filigree.io.GgufWriter;
import dev.filigree.io.StoredDecoder;
import dev.filigree.report.Units;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree convert}: a language model from one format to another. */
@Command(name = "convert", description = "Write a language model as GGUF or as a folder in Hugging Face layout.",
        footer = {"", "GGUF has no sparse weights: they are written with their zeros. A folder keeps them sparse.",
            "", "Examples:", "  filigree convert stories260k stories.gguf --type q8_0", "  filigree convert stories.gguf stories-folder"})
final class ConvertCommand implements Runnable {

    private static final List<DType> GGUF = List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0);
    private static final List<DType> FOLDER = List.of(DType.F32, DType.F16, DType.BF16);

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A language model, as for generate.")
    private String name;

    @Parameters(index = "1", paramLabel = "OUT", description = "A file whose name ends with .gguf, or a folder; neither may be there.")
    private Path out;

    @Option(names = "--type", paramLabel = "TYPE", description = "Type of the matrices: f32, f16, bf16, and for GGUF q8_0 or q4_0 (default: f32).")
    private String given;

    @Option(names = "--weights", paramLabel = "BITS", description = "Pack a folder for running with weights in fp32, bf16 or int8: they lie as products read them, and the file is mapped, not loaded.")
    private String weights;

    @Override
    public void run() {
        if (given != null && weights != null) {
            throw new UserError("--type: found " + given + " beside --weights " + weights + ", which says itself how matrices are held; give one of both");
        }
        String type = given == null ? label(DType.F32) : given;
        boolean gguf = out.toString().endsWith(".gguf");
        DType asked = (gguf ? GGUF : FOLDER).stream().filter(t -> label(t).equals(type.toLowerCase(Locale.ROOT))).findFirst().orElseThrow(() -> new UserError("--type: found \"" + type + "\", expected "
                + String.join(", ", (gguf ? GGUF : FOLDER).stream().map(ConvertCommand::label).toList()) + (gguf ? "" : " for a folder")));
        if (Files.exists(out)) {
            throw new UserError(out + ": is already there; choose another name");
        }
        try (StoredDecoder model = KnownLanguageModel.stored(name)) {
            PrintStream console = filigree.console().out();
            if (weights != null) {
                if (gguf) {
                    throw new UserError("--weights: found " + out + ", expected a folder; a GGUF file takes --type");
                }
                LanguageModel.pack(model, out, Precision.of(weights));
            } else if (gguf) {
                GgufWriter writer = new GgufWriter(model, asked);
                writer.write(out);
                GgufWriter.Grown grown = writer.grown();
                if (grown.weights() > 0) {
                    console.printf(Locale.ROOT, "%d sparse weights of %s are written with their zeros: %s%n", grown.weights(), Units.bytes(grown.before()), Units.bytes(grown.after()));
                }
                if (!writer.odd().isEmpty()) {
                    console.printf(Locale.ROOT, "%d matrices are f16: their rows are no multiples of %d%n", writer.odd().size(), asked.group());
                }
            } else {
                DecoderWriter.write(out, model, asked);
            }
            try (Checkpoint written = dev.filigree.io.Inspect.open(out)) {
                console.printf(Locale.ROOT, "%s: %s of weights, in %s they were %s%n", out, Units.bytes(written.bytes()), name, Units.bytes(model.weights().bytes()));
            }
        }
    }

    private static String label(DType t) {
        return t.name().toLowerCase(Locale.ROOT);
    }
}
