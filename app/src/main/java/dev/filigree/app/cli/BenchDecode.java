package dev.filigree.app.cli;

import dev.filigree.app.decode.DecodeReport;
import dev.filigree.app.decode.DecodeRun;
import dev.filigree.app.decode.Shape;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.report.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree bench decode}: tokens a second of a decoder with random weights. */
@Command(name = "decode", sortOptions = false, description = {
        "Time decoding with random weights: dense, 16x1 blocks and half of the inputs zero, each in fp32, bf16 and int8, beside a plain read of the same",
        "bytes; llama.cpp and Jlama each in a process of its own, and a prompt beside the dense product. All of TinyLlama takes about 11 GB of memory; --layers makes it smaller, and ratios say the same."},
        footer = {"", "Examples:", "  filigree bench decode --quick", "  filigree bench decode --shape tinyllama --layers 8 --threads 2 --json"})
final class BenchDecode implements Runnable {

    private static final int ROUNDS = 9;
    private static final int PROMPT = 512;

    @ParentCommand
    private Bench bench;

    @Option(names = "--shape", paramLabel = "NAME", defaultValue = "tinyllama", description = "tiny, tinyllama or llama-1b (default: ${DEFAULT-VALUE}).")
    private String shape;

    @Option(names = "--layers", paramLabel = "N", defaultValue = "0", description = "Layers of it (default: all).")
    private int layers;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "" + ROUNDS, description = "Timed rounds of each contestant (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--quick", description = "Two layers unless --layers says other, and three short rounds.")
    private boolean quick;

    @Option(names = "--no-peers", description = "Leave llama.cpp and Jlama out, which are fetched through your Maven the first time.")
    private boolean alone;

    @Override
    public void run() {
        if (rounds < 1) {
            throw new UserError("--rounds: found " + rounds + ", expected at least 1");
        }
        Filigree filigree = bench.filigree();
        Shape s = Shape.of(shape);
        DecoderConfig config = s.config(layers == 0 && quick ? 2 : layers);
        DecodeReport report = new DecodeRun(config, PROMPT, quick ? Math.min(3, rounds) : rounds, quick ? 0.05 : 0.4, filigree.threads(), !alone).run(filigree.progress());
        Console console = filigree.console();
        if (filigree.json()) {
            console.out().println(Json.pretty(report.json()));
            return;
        }
        report.tables().forEach(t -> console.out().println(t.text(console.columns())));
        report.absent().forEach((name, why) -> console.out().println(name + ": not measured: " + why));
    }
}
