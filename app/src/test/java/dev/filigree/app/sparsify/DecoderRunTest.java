package dev.filigree.app.sparsify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.base.UserError;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import dev.filigree.report.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a language model. */
class DecoderRunTest {

    @TempDir
    Path folder;

    private static Settings settings(String method, String recover, String memory) {
        return new Settings(KnownLanguageModel.BUNDLED, "", "50%", "unstructured", "uniform", method, recover, "held", "both", "fp32", "", "", 12, memory, Settings.Judged.NONE, "", 1);
    }

    private static final Settings RECOVERED = settings("sparsegpt+faithful+least-squares", "15steps", "0");

    @Test
    void whatWasPrunedIsRecoveredSavedAndOpenedAgain() throws Exception {
        Path out = folder.resolve("out");
        Outcome o = new SparsifyRun(RECOVERED, out, 2, Progress.silent()).run(null);
        assertEquals(0.5, o.achieved(), 1e-3);
        assertEquals(List.of("dense", SparsifyRun.RANDOM, "one-shot", "recovered"), List.copyOf(o.quality().keySet()));
        double dense = perplexity(o, "dense");
        assertTrue(dense > 1 && dense < perplexity(o, "one-shot") && perplexity(o, "one-shot") < 0.5 * perplexity(o, SparsifyRun.RANDOM), o.quality().toString());
        assertTrue(perplexity(o, "recovered") < perplexity(o, "one-shot"), o.quality().toString());
        assertTrue(o.footprint().contains("at most while pruning") && o.footprint().contains("of activations in a file") && o.text(120).contains("=> "), o.text(120));
        assertTrue(Files.exists(out.resolve("report.html")) && Files.exists(out.resolve("tokenizer.bin")));
        try (LanguageModel model = LanguageModel.open(out, 1)) {
            assertEquals(30, new Generator(model, Sampling.GREEDY, 1).run("Once upon a time", 30, text -> { }).tokens());
        }
        Path killed = folder.resolve("killed");
        SparsifyRunTest.kill(Child.class, killed, folder);
        Outcome gone = new SparsifyRun(RunState.read(killed).settings(), killed, 1, Progress.silent()).run(RunState.read(killed));
        SparsifyRunTest.assertSameTensors(out, killed);
        assertEquals(List.copyOf(o.quality().keySet()), List.copyOf(gone.quality().keySet()));
    }

    /** Runs until it is killed, and stores its state after every step. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            new SparsifyRun(RECOVERED, Path.of(args[0]), 2, Progress.silent(), 0).run(null);
        }
    }

    /** Blocks of 16 outputs in bytes: what is measured is what runs. */
    @Test
    void blocksInBytesRunInBytes() {
        Settings bytes = new Settings(KnownLanguageModel.BUNDLED, "", "30%", "16x1", "uniform", "sparsegpt", "0", "held", "both", "int8", "", "", 8, "1g", Settings.Judged.NONE, "", 1);
        Outcome o = new SparsifyRun(bytes, folder.resolve("bytes"), 2, Progress.silent()).run(null);
        assertEquals(List.of("dense", SparsifyRun.RANDOM, "one-shot", SparsifyRun.FLOATS, "sparse"), List.copyOf(o.quality().keySet()));
        assertEquals(perplexity(o, "one-shot"), perplexity(o, SparsifyRun.FLOATS));
        assertEquals(1, perplexity(o, "sparse") / perplexity(o, SparsifyRun.FLOATS), 0.03, "bytes cost little");
        assertTrue(o.layers().stream().allMatch(l -> l.layout().contains("int8")), o.layers().toString());
        assertTrue(o.residentBytes().get("sparse") < 0.45 * o.residentBytes().get("dense"), o.residentBytes().toString());
    }

    /** Groups of 16 inputs in 4 bits: the numbers that the method rounded are what is stored, and run. */
    @Test
    void groupsInFourBitsRunAsTheyWereRounded() {
        Settings nibbles = new Settings(KnownLanguageModel.BUNDLED, "", "30%", "1x16", "uniform", "gqsa", "0", "held", "both", "int4", "", "", 8, "1g", Settings.Judged.NONE, "", 1);
        Path out = folder.resolve("nibbles");
        Outcome o = new SparsifyRun(nibbles, out, 2, Progress.silent()).run(null);
        assertEquals(1, perplexity(o, "sparse") / perplexity(o, SparsifyRun.FLOATS), 0.01, "bytes of what has no groups cost little");
        assertTrue(o.layers().stream().filter(l -> l.cols() % 16 == 0).allMatch(l -> l.layout().equals("1x16 int4") && l.bytes() * 8.0 / l.rows() / l.cols() < 7), o.layers().toString()); // rows of so few groups are filled up to four
        try (LanguageModel model = LanguageModel.open(out, 1)) {
            assertTrue(model.layouts().contains("1x16 int4"), model.layouts().toString());
        }
        Settings loose = new Settings(KnownLanguageModel.BUNDLED, "", "30%", "unstructured", "uniform", "gqsa", "0", "held", "both", "int4", "", "", 8, "1g", Settings.Judged.NONE, "", 1);
        assertTrue(assertThrows(UserError.class, () -> new SparsifyRun(loose, folder.resolve("no"), 1, Progress.silent())).getMessage().contains("--pattern 1x16"));
    }

    @Test
    void whatWasTakenOutIsGoneFromTheFolderToo() {
        for (String structure : List.of("slicegpt", "cfsp", "drop-layers")) {
            Settings taken = new Settings(KnownLanguageModel.BUNDLED, "", "25%", "unstructured", "uniform", "wanda", "0", "held", "both", "fp32", "", "", 8, "1g", Settings.Judged.NONE, structure, 1);
            Path out = folder.resolve(structure);
            Outcome o = new StructureRun(taken, out, 2, Progress.silent()).run();
            assertTrue(perplexity(o, "dense") < perplexity(o, "one-shot") && perplexity(o, "one-shot") < perplexity(o, SparsifyRun.RANDOM), structure + " " + o.quality());
            assertEquals(perplexity(o, "one-shot"), perplexity(o, "sparse"), 1e-2, "what was saved is what was cut");
            assertTrue(o.achieved() > 0.1 && o.residentBytes().get("sparse") < o.residentBytes().get("dense"), structure);
            try (LanguageModel model = LanguageModel.open(out, 1)) {
                assertEquals(20, new Generator(model, Sampling.GREEDY, 1).run("Once upon a time", 20, text -> { }).tokens());
            }
        }
        Settings encoder = new Settings("minilm", "", "25%", "unstructured", "uniform", "wanda", "0", "held", "both", "fp32", "", "", 8, "1g", Settings.Judged.NONE, "cfsp", 1);
        assertTrue(assertThrows(UserError.class, () -> new StructureRun(encoder, folder, 1, Progress.silent())).getMessage().contains("language model"));
    }

    /** What was taken out is made up for by least squares, and by learning from the whole model; of each the text is foreseen better. */
    @Test
    void whatIsLeftIsMendedAndRecovered() {
        double cut = oneShot(structure("cfsp", "0"));
        assertTrue(oneShot(structure("cfsp+least-squares", "0")) < cut);
        for (String structure : List.of("cfsp", "slicegpt", "drop-layers")) {
            Outcome o = new StructureRun(structure(structure, "15steps"), folder.resolve("recovered-" + structure), 2, Progress.silent()).run();
            assertTrue(perplexity(o, "recovered") < 0.97 * perplexity(o, "one-shot"), structure + " " + o.quality());
            assertTrue(o.recovery().size() > 3 && o.residentBytes().get("sparse") < o.residentBytes().get("dense"), structure);
        }
        for (String wrong : List.of("slicegpt+least-squares", "cfsp+dsnot")) {
            String said = assertThrows(UserError.class, () -> new StructureRun(structure(wrong, "0"), folder.resolve("no"), 1, Progress.silent())).getMessage();
            assertTrue(said.contains("--structure") && said.contains(wrong), said);
        }
    }

    private double oneShot(Settings settings) {
        return perplexity(new StructureRun(settings, folder.resolve(settings.structure()), 2, Progress.silent()).run(), "one-shot");
    }

    private static Settings structure(String structure, String recover) {
        return new Settings(KnownLanguageModel.BUNDLED, "", "25%", "unstructured", "uniform", "wanda", recover, "held", "both", "fp32", "", "", 24, "1g", Settings.Judged.NONE, structure, 1);
    }

    @Test
    void whatCannotBeIsOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("short.txt"), "Too short.");
        Settings brief = new Settings(KnownLanguageModel.BUNDLED, "", "50%", "unstructured", "uniform", "wanda", "0", "held", "both", "fp32", file.toString(), "", 12, "1g", Settings.Judged.NONE, "", 1);
        String said = assertThrows(UserError.class, () -> new SparsifyRun(brief, folder.resolve("no"), 1, Progress.silent()).run(null)).getMessage();
        assertTrue(said.contains("short.txt") && said.contains("--text"), said);
        said = assertThrows(UserError.class, () -> new SparsifyRun(settings("wanda", "0", "much"), folder.resolve("no"), 1, Progress.silent())).getMessage();
        assertTrue(said.contains("--calibration-memory") && said.contains("much"), said);
    }

    private static double perplexity(Outcome o, String name) {
        return ((Foresight) o.quality().get(name)).perplexity();
    }
}
