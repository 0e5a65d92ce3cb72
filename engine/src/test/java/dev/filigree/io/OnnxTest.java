package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Pooling;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxTest {

    @TempDir
    Path folder;

    @Test
    void anEncoderComesOutUnderHuggingFaceNamesWithWeightsOutByIn() throws IOException {
        write("tiny.onnx", TinyEncoder.onnx());
        Files.write(folder.resolve("tiny-tokenizer.json"), TinyEncoder.TOKENIZER);
        try (StoredEncoder e = ModelFolder.open(folder.resolve("tiny.onnx"), Optional.of(Pooling.MEAN))) {
            assertEquals(TinyEncoder.CONFIG, e.config());
            TinyEncoder.parameters().forEach((name, values) ->
                    assertArrayEquals(values, e.weights().tensor(name, EncoderNames.parameters(e.config()).get(name)).toFloats(Arena.ofAuto()).toArray(), name));
        }
    }

    @Test
    void weightsAreFoundByTheNameOfTheProductWhenNoBiasTells() throws IOException {
        Proto g = new Proto().message(5, Proto.tensor("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3))
                .message(1, Proto.node("MatMul", "/auto_model/encoder/layer.7/output/dense/MatMul", "x,w", "y"));
        try (Checkpoint c = Onnx.read(write("m.onnx", Proto.model(g)))) {
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, c.weights(Arena.ofAuto(), "encoder.layer.7.output.dense.weight", 3, 2).toArray());
        }
    }

    @Test
    void gemmWithTransBIsOutByInAlready() throws IOException {
        Proto g = new Proto().message(5, Proto.tensor("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3))
                .message(5, Proto.tensor("bert.encoder.layer.0.output.dense.bias", new float[2], 2))
                .message(1, Proto.node("Gemm", "g", "x,w,bert.encoder.layer.0.output.dense.bias", "y", new Proto().text(1, "transB").integer(3, 1)));
        try (Checkpoint c = Onnx.read(write("m.onnx", Proto.model(g)))) {
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, c.weights(Arena.ofAuto(), "encoder.layer.0.output.dense.weight", 2, 3).toArray());
        }
    }

    @Test
    void everyWayToStoreValuesIsRead() throws IOException {
        byte[] half = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putShort(Float.floatToFloat16(1.5f)).putShort(Float.floatToFloat16(-2)).array();
        Proto g = new Proto()
                .message(5, Proto.header("float_data packed", 1, 2).raw(4, Proto.littleEndian(1, 2)))
                .message(5, Proto.header("float_data unpacked", 1, 2).real(4, 1).real(4, 2))
                .message(5, Proto.header("fp16 raw", 10, 2).raw(9, half))
                .message(5, Proto.header("int8 in int32_data", 3, 2).packed(5, 127, -128))
                .message(5, Proto.header("fp16 in int32_data", 10, 1).packed(5, Float.floatToFloat16(1.5f)))
                .message(5, Proto.longs("int64_data", 3, -4))
                .message(5, Proto.header("int64_data unpacked", 7, 1).integer(7, 9))
                .message(5, Proto.header("empty", 1, 0));
        try (Checkpoint c = Onnx.read(write("m.onnx", Proto.model(g)))) {
            assertValues(c, "float_data packed", 1, 2);
            assertValues(c, "float_data unpacked", 1, 2);
            assertValues(c, "fp16 raw", 1.5f, -2);
            assertValues(c, "int8 in int32_data", 127, -128);
            assertValues(c, "fp16 in int32_data", 1.5f);
            assertValues(c, "int64_data", 3, -4);
            assertValues(c, "int64_data unpacked", 9);
            assertValues(c, "empty");
        }
    }

    private static void assertValues(Checkpoint c, String name, float... values) {
        assertArrayEquals(values, c.tensor(name).toFloats(Arena.ofAuto()).toArray(), name);
    }

    @Test
    void aConfigBesideTheFileTellsWhatTheGraphDoesNot() throws IOException {
        Proto g = new Proto();
        TinyEncoder.parameters().forEach((name, values) -> g.message(5, Proto.tensor(name, values, EncoderNames.parameters(TinyEncoder.CONFIG).get(name))));
        g.message(1, Proto.node("Gelu", "", "x", "y"));
        g.message(1, Proto.node("LayerNormalization", "", "x", "y2", new Proto().text(1, "epsilon").real(2, 1e-12f)));
        Path file = write("model.onnx", Proto.model(g));
        Files.write(folder.resolve("tokenizer.json"), TinyEncoder.TOKENIZER);
        Fault.of(() -> ModelFolder.open(file, Optional.of(Pooling.MEAN)), "model.onnx", "attention heads", "config.json");
        AtomicFile.writeAll(HuggingFaceConfig.files(folder, TinyEncoder.CONFIG, Map.of()));
        try (StoredEncoder e = ModelFolder.open(file, Optional.empty())) {
            assertEquals(TinyEncoder.CONFIG, e.config());
        }
        try (StoredEncoder e = ModelFolder.open(folder, Optional.of(Pooling.CLS))) {
            assertEquals(TinyEncoder.CONFIG.withPooling(Pooling.CLS), e.config());
        }
    }

    @Test
    void whatCannotBeImportedIsOneLine() throws IOException {
        Files.write(folder.resolve("tokenizer.json"), TinyEncoder.TOKENIZER);
        refused("external data", "another file", new Proto().message(5, Proto.header("w", 1, 2).integer(14, 1)));
        refused("quantised", "fp32 export", TinyEncoder.graph().message(1, Proto.node("MatMulInteger", "", "a,b", "c")));
        refused("sparse", "dense weights", TinyEncoder.graph().message(15, new Proto()));
        refused("strings", "ONNX type 8", new Proto().message(5, Proto.header("w", 8, 1)));
        refused("too few values", "expected 12", new Proto().message(5, Proto.header("w", 1, 3).raw(9, new byte[8])));
        refused("huge shape", "smaller shape", new Proto().message(5, Proto.header("w", 1, 1L << 40, 1L << 40).raw(9, new byte[8])));
        refused("negative shape", "smaller shape", new Proto().message(5, Proto.header("w", 1, -1).raw(9, new byte[8])));
        refused("rank", "dimensions", new Proto().message(5, Proto.header("w", 1, new long[9]).raw(9, new byte[8])));
        refused("two fields", "two fields", new Proto().message(5, Proto.header("w", 1, 2).raw(9, new byte[8]).real(4, 1)));
        refused("twice", "twice", new Proto().message(5, Proto.tensor("w", new float[1], 1)).message(5, Proto.tensor("w", new float[1], 1)));
        refused("no encoder", "BERT", new Proto().message(5, Proto.tensor("w", new float[1], 1)).message(1, Proto.node("Erf", "", "x", "y")));
        refused("no graph", "no graph", null);
    }

    private void refused(String what, String expected, Proto graph) throws IOException {
        Path file = write("bad.onnx", graph == null ? new Proto().integer(1, 6).toBytes() : Proto.model(graph));
        String line = Fault.of(() -> ModelFolder.open(file, Optional.of(Pooling.MEAN)), file.toString());
        assertTrue(line.contains(expected), what + ": " + line);
    }

    @Test
    void deeplyNestedSubgraphsAreSkippedWithoutRecursion() throws IOException {
        byte[] inner = new Proto().text(2, "leaf").toBytes();
        for (int depth = 0; depth < 3_000; depth++) { // attribute in node in graph in attribute ...
            inner = new Proto().raw(1, new Proto().raw(5, new Proto().raw(6, inner).toBytes()).toBytes()).toBytes();
        }
        Proto g = new Proto().raw(1, new Proto().text(4, "If").raw(5, new Proto().raw(6, inner).toBytes()).toBytes()).message(5, Proto.tensor("w", new float[] {3}, 1));
        try (Checkpoint c = Onnx.read(write("deep.onnx", Proto.model(g)))) {
            assertValues(c, "w", 3);
        }
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
