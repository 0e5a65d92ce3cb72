package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.Parts;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {

    record Ran(int code, String out, String err) {}

    static Ran run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(Console.plain(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8)), args);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "inspekt x          | 2 | filigree: unknown command 'inspekt' - did you mean inspect?",
        "methods --jsn      | 2 | filigree: unknown option '--jsn' - did you mean --json? (see: filigree methods --help)",
        "methods --seed=x   | 2 | filigree: Invalid value for option '--seed': 'x' is not a long (see: filigree methods --help)",
        "inspect            | 2 | filigree: Missing required parameter: 'PATH' (see: filigree inspect --help)",
        "inspect a b        | 2 | filigree: unexpected 'b' (see: filigree inspect --help)",
        "methods criterions | 0 | ``",
        "methods critterion | 1 | filigree: unknown axis 'critterion' - did you mean criterion? (choices: pattern, allocation,",
        "doctor --threads 0 | 1 | filigree: --threads: found 0, expected 1 to 1024",
        "bench              | 2 | filigree: Missing required parameter: 'DIR' (see: filigree bench --help)",
        "bench ./kernels    | 1 | filigree: ./kernels: ",
        "bench kernels --only desne | 1 | filigree: --only: unknown family 'desne' - did you mean dense?",
        "bench million --rows 5 | 1 | filigree: --rows: found 5, expected 1 to 4",
        "inspect no/file    | 1 | filigree: no/file: no such file or folder",
        "index               | 2 | filigree: Missing required parameter: 'OUT' (see: filigree index --help)",
        "index no/out --corpus no/file | 1 | filigree: no/file: there is no such file or folder, expected a corpus",
        "index no/out --merge | 1 | filigree: no/out: holds no index",
        "search no/out x      | 1 | filigree: no/out: holds no index (no manifest.json in it); expected a folder that filigree index wrote",
        "search no/out        | 1 | filigree: search: found neither a text nor --queries, expected one of both",
        "study                | 1 | filigree: study: no name given; see filigree study --list",
        "study lotery-tickets | 1 | filigree: unknown study 'lotery-tickets' - did you mean lottery-tickets",
        "study --list         | 0 | ``",
        "data                 | 0 | ``",
        "data collection      | 2 | filigree: expected a file to write, or --statistics with files to compare with (see: filigree data collection --help)",
        "data collection x --documents 0 | 1 | filigree: --documents: found 0, expected at least 1",
        "data collection x --like spade  | 1 | filigree: --like: found spade, expected splade or splade-v3",
        "data collection --statistics no/file | 1 | filigree: no/file: ",
        "train --data fashion | 1 | filigree: --data: found 'fashion', which is neither a file or folder nor a known name - did you mean fashion-mnist?",
        "train --model lenet  | 1 | filigree: unknown network 'lenet' - did you mean lenet-300-100 or lenet-5 or mobilenet?",
        "train --model mlp(hidden=3-x) | 1 | filigree: model mlp: found hidden=3-x, expected units of each layer",
        "train --method riggl | 1 | filigree: unknown regime 'riggl' - did you mean rigl?",
        "train --method rigl(share=2) | 1 | filigree: churn: found every=100, share=2.0, until=0.75, expected",
        "train --method gmp(until=1.5) | 1 | filigree: schedule gradual: found start=0.0, until=1.5",
        "train --methd rigl   | 2 | filigree: unknown option '--methd' - did you mean --method? (see: filigree train --help)",
        "train --method ste(pattern=2:4) --allocation erk | 1 | filigree: --allocation: 2:4 keeps the same share everywhere, leave it out",
        "train --method ste(pattern=2:4) --sparsity 70% | 1 | filigree: --sparsity: found 70%, but 2:4 leaves 50%; leave it out or choose",
        "train --method dense --sparsity 90% | 1 | filigree: --sparsity: found 90%, but --method dense keeps everything",
        "train --sparsity 120% | 1 | filigree: --sparsity: found 120%, expected at least 0% and less than 100%",
        "train --allocation global | 1 | filigree: --allocation: this one looks at the weights of a trained model",
        "train --epochs 0     | 1 | filigree: --epochs: found 0.0, expected a number above 0",
        "train --rates cosine(warmup=3) | 1 | filigree: rate: warmup must be in [0, 1), found 3.0",
        "train --keep-dense nothing --out no/run | 1 | filigree: --keep-dense: found 'nothing', expected a part of one of the names [layer.0.weight,",
        "shrink --channels sliming | 1 | filigree: unknown channels 'sliming' - did you mean slimming?",
        "shrink --keep half   | 1 | filigree: --keep: found half, expected a share of channels such as 50%",
        "shrink --keep 0%     | 1 | filigree: channels: found a share of 0.0 to keep, expected one above 0 and below 1",
        "train --resume no/run | 1 | filigree: no/run: holds no run; expected the folder of a filigree train",
    })
    void aFaultIsOneLineAndAnExitCode(String line, int code, String err) {
        Ran ran = run(line.split(" +"));
        assertEquals(code, ran.code, ran.err);
        assertTrue(ran.err.startsWith(err), ran.err);
        assertEquals(err.isEmpty() ? 0 : 1, ran.err.lines().count(), ran.err);
    }

    /** In a process of its own: kernels are chosen once. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "methods --kernels scalar | 0 | ''",
        "--kernels 128 methods    | 0 | ''",
        "methods --kernels auto   | 0 | ''",
        "methods --kernels 1024   | 1 | filigree: kernels: found 1024, expected auto, scalar or a vector width of",
        "methods --kernels        | 2 | filigree: Missing required parameter for option '--kernels' (WHICH)",
    })
    void kernelsThatCannotRunAreRefusedByEveryCommand(String line, int code, String err) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), "dev.filigree.app.cli.Main"));
        command.addAll(List.of(line.split(" +")));
        Process child = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).replaceFirst("WARNING: Using incubator modules.*\\R", "");
        assertEquals(code, child.waitFor(), said);
        assertTrue(said.startsWith(err) && said.lines().count() == (err.isEmpty() ? 0 : 1), said);
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        Stream<String> commands = new CommandLine(new Filigree(Console.plain(System.out, System.err))).getSubcommands().keySet().stream();
        assertAll(Stream.concat(commands, Stream.of("bench kernels", "bench million", "data collection"))
                .map(command -> () -> {
                    Ran ran = run((command + " --help").split(" "));
                    assertEquals(0, ran.code, command);
                    assertTrue(ran.out.contains("Example") && ran.out.contains("  filigree " + command), ran.out);
                    assertFalse(ran.out.contains("\033["), "no colour outside a terminal");
                }));
    }

    @Test
    void withoutACommandTheCommandsAreListed() {
        Ran ran = run();
        assertEquals(0, ran.code);
        assertTrue(ran.out.contains("doctor") && ran.out.contains("inspect"), ran.out);
    }

    @Test
    void methodsListsTheWholeCatalog() {
        String text = run("methods").out;
        String json = run("methods", "--json").out;
        for (Axis axis : Axis.values()) {
            Parts.catalog().on(axis).forEach(e -> {
                assertTrue(text.contains(e.name()), e.name());
                assertTrue(json.contains("\"" + e.name() + "\""), e.name());
            });
        }
        assertTrue(json.contains("\"footprint\" : \"a dense copy of every weight\""), "what N:M holds");
        assertTrue(run("methods", "regime").out.contains("nothing of dense size"), "what random positions hold");
    }

    @Test
    void aTruncatedFileIsOneLine(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("cut.safetensors"), new byte[] {1, 2, 3});
        Ran ran = run("inspect", file.toString());
        assertEquals(1, ran.code);
        assertEquals(1, ran.err.lines().count(), ran.err);
        assertTrue(ran.err.contains("cut.safetensors"), ran.err);
    }

    @Test
    void aTraceIsPrintedWhenAskedFor() {
        assertTrue(run("inspect", "no/file", "--trace").err.contains("\tat dev.filigree"));
    }

    @Test
    void anyThrowableBecomesOneLine() {
        assertEquals("a b", Faults.line(new UserError("a\n  b")));
        assertEquals("x: there is no such file or folder", Faults.line(new UncheckedIOException(new NoSuchFileException("x"))));
        assertEquals("unexpected IllegalStateException: odd", Faults.line(new IllegalStateException("odd")));
        assertTrue(Faults.line(new OutOfMemoryError()).startsWith("not enough memory: the heap may grow to "));
    }
}
