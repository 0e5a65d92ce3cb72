package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.grad.Gradients;
import dev.filigree.grad.Tape;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiny random models whose scores {@code tools/make-decoders.py} computed from the published formulas in double precision: the folders as Hugging Face
 * writes them, and the same by way of GGUF and of a folder of our own.
 */
class GoldenDecoderTest {

    private static final float CLOSE = 2e-4f;

    @TempDir
    Path folder;

    private record Golden(Path folder, int[] ids, float[][] scores) {

        static Golden of(String name) throws IOException, URISyntaxException {
            Path folder = Path.of(GoldenDecoderTest.class.getResource("decoders/" + name + "/config.json").toURI()).getParent();
            List<String> lines = Files.readAllLines(folder.resolve("scores.txt"));
            int[] ids = Arrays.stream(lines.getFirst().split(" ")).mapToInt(Integer::parseInt).toArray();
            float[][] scores = new float[ids.length][];
            for (int i = 0; i < ids.length; i++) {
                double[] row = Arrays.stream(lines.get(i + 1).split(" ")).mapToDouble(Double::parseDouble).toArray();
                scores[i] = new float[row.length];
                for (int j = 0; j < row.length; j++) {
                    scores[i][j] = (float) row[j];
                }
            }
            return new Golden(folder, ids, scores);
        }

        void check(Path model, String what) {
            try (LanguageModel m = LanguageModel.open(model, 1); Decoding one = m.decoding(12); Decoding all = m.decoding(12)) {
                float[][] together = all.scores(ids);
                for (int i = 0; i < ids.length; i++) {
                    assertArrayEquals(scores[i], one.next(ids[i]), CLOSE, what + ", token by token, " + i);
                    assertArrayEquals(scores[i], together[i], CLOSE, what + ", at once, " + i);
                }
                try (Parallel parallel = new Parallel(1); Eager ops = new Eager(new Compute(Kernels.best(), parallel))) {
                    Value y = m.model().forward(ops, Tokens.of(List.of(ids)));
                    assertArrayEquals(scores[ids.length - 1], y.token(ids.length - 1), CLOSE, what + ", without a memory");
                }
                try (Parallel parallel = new Parallel(1); Tape tape = new Tape(new Compute(Kernels.best(), parallel), new Gradients(List.of()))) {
                    Value y = m.model().forward(tape, Tokens.of(List.of(ids)));
                    for (int i = 0; i < ids.length; i++) {
                        assertArrayEquals(scores[i], y.token(i), CLOSE, what + ", as it is trained, " + i);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "llama-linear", "llama3"})
    void scoresAreThoseOfAnIndependentProgram(String name) throws Exception {
        Golden golden = Golden.of(name);
        golden.check(golden.folder, "folder");
        Path gguf = folder.resolve("m.gguf");
        Path copy = folder.resolve("copy");
        try (StoredDecoder stored = StoredDecoder.open(golden.folder)) {
            new GgufWriter(stored, DType.F32).write(gguf);
            DecoderWriter.write(copy, stored, DType.F32);
        }
        golden.check(gguf, "gguf");
        golden.check(copy, "copy");
        try (StoredDecoder stored = StoredDecoder.open(gguf)) {
            DecoderWriter.write(folder.resolve("back"), stored, DType.F32);
        }
        golden.check(folder.resolve("back"), "back from gguf");
        try (Checkpoint theirs = Safetensors.read(golden.folder.resolve("model.safetensors")); Checkpoint ours = Safetensors.read(folder.resolve("back").resolve("model.safetensors"))) {
            for (StoredTensor t : theirs.tensors()) {
                StoredTensor same = ours.tensor(t.name().replace("transformer.", ""), t.shape());
                assertEquals(-1, t.data().mismatch(same.data()), t.name() + " comes back as Hugging Face has it");
            }
        }
    }

    @Test
    void scalingsOfRotaryPositionsThatAreNotKnownAreRefused() throws Exception {
        Golden golden = Golden.of("llama3");
        try (var files = Files.list(golden.folder)) {
            for (Path f : files.toList()) {
                Files.copy(f, folder.resolve(f.getFileName()));
            }
        }
        String config = Files.readString(folder.resolve("config.json"));
        for (String[] change : new String[][] {{"\"llama3\"", "\"yarn\"", "rope_scaling"}, {"8.0", "0.5", "0.5"}, {"\"high_freq_factor\": 4.0", "\"high_freq_factor\": 1.0", "low < high"},
                {"\"original_max_position_embeddings\": 64", "\"original_max_position_embeddings\": 0", "context"}, {"\"factor\"", "\"fraktor\"", "NaN"}}) {
            assertTrue(config.contains(change[0]), change[0]);
            Files.writeString(folder.resolve("config.json"), config.replace(change[0], change[1]));
            Fault.of(() -> LanguageModel.open(folder, 1), change[2]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2"})
    void configurationsThatComputeSomethingElseAreRefused(String name) throws Exception {
        Golden golden = Golden.of(name);
        try (var files = Files.list(golden.folder)) {
            for (Path f : files.toList()) {
                Files.copy(f, folder.resolve(f.getFileName()));
            }
        }
        String config = Files.readString(folder.resolve("config.json"));
        for (String[] change : new String[][] {{"gelu_new", "relu", "activation_function"}, {"\"attn_pdrop\"", "\"scale_attn_by_inverse_layer_idx\": true, \"x\"", "attention"},
                {"\"n_head\": 4", "\"n_head\": 3", "heads"}, {"\"n_inner\": 24", "\"n_inner\": null", "c_fc"}, {"\"n_positions\": 12", "\"n_positions\": 13", "wpe.weight"}}) {
            assertTrue(config.contains(change[0]), change[0]);
            Files.writeString(folder.resolve("config.json"), config.replace(change[0], change[1]));
            Fault.of(() -> LanguageModel.open(folder, 1), change[2]);
        }
    }
}
